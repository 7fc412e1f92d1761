"""The models of tests/bench in PyTorch, and the comparison with Lockstep; called by pytorch.sh.

    pytorch.py step MODEL LAYOUT SECONDS    measures PyTorch, prints JSON; ranks by torchrun's names
    pytorch.py compare ...                  runs both in turn, prints tables (see --help)
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time

BATCH = 128
SHAPES = {"mlp": (784,), "cnn": (1, 28, 28), "resnet20": (3, 32, 32)}
HERE = os.path.dirname(os.path.abspath(__file__))


# ------------------------------------------------------------------ PyTorch's side


def build(name):
    import torch
    from torch import nn

    class Residual(nn.Module):
        def __init__(self, c_in, c_out, stride):
            super().__init__()
            self.body = nn.Sequential(
                nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False), nn.BatchNorm2d(c_out), nn.ReLU(),
                nn.Conv2d(c_out, c_out, 3, 1, 1, bias=False), nn.BatchNorm2d(c_out))
            self.shortcut = nn.Identity()
            if stride > 1:
                self.shortcut = nn.Sequential(
                    nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out))

        def forward(self, x):
            return torch.relu(self.body(x) + self.shortcut(x))

    if name == "mlp":
        def dense(features):
            return [nn.Linear(features, 512, bias=False), nn.BatchNorm1d(512), nn.ReLU(),
                    nn.Dropout(0.2)]
        return nn.Sequential(*dense(784), *dense(512), nn.Linear(512, 10))
    if name == "cnn":
        return nn.Sequential(
            nn.Conv2d(1, 32, 3, 1, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10))
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    c_in = 16
    for c_out in (16, 32, 64):
        for i in range(3):
            layers.append(Residual(c_in, c_out, 2 if c_out > 16 and i == 0 else 1))
            c_in = c_out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def peak_memory():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def step(name, layout, seconds):
    """Forward, loss, backward, update on random tensors that lie in memory."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    ranks = int(os.environ.get("WORLD_SIZE", "1"))
    rank = int(os.environ.get("RANK", "0"))
    model, n = build(name), BATCH // ranks
    images = layout == "channels_last"
    if images:
        model = model.to(memory_format=torch.channels_last)
    if ranks > 1:
        torch.distributed.init_process_group("gloo")
        model = torch.nn.parallel.DistributedDataParallel(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    x = torch.randn(10 * n, *SHAPES[name])
    y = torch.randint(0, 10, (10 * n,))
    if images:
        x = x.contiguous(memory_format=torch.channels_last)
    model.train()

    def one(i):
        at = i % 10 * n
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x[at:at + n]), y[at:at + n])
        loss.backward()
        optimizer.step()

    def count(limit):
        """Steps until `limit` seconds are over, as rank 0 sees it."""
        begin, done, times = time.perf_counter(), 0, []
        more = torch.ones(1)
        while more.item() > 0:
            start = time.perf_counter()
            one(done)
            times.append(time.perf_counter() - start)
            done += 1
            more[0] = 1.0 if done < 5 or time.perf_counter() - begin < limit else 0.0
            if ranks > 1 and done % 5 == 0:
                torch.distributed.broadcast(more, 0)
            elif ranks > 1:
                more[0] = 1.0
        return times

    count(min(1.0, seconds / 3))
    times = count(seconds)
    if rank == 0:
        print(json.dumps({"samples_per_s": BATCH / statistics.median(times), "steps": len(times),
                          "peak_memory": peak_memory(), "version": torch.__version__}))
    if ranks > 1:
        torch.distributed.destroy_process_group()


# ------------------------------------------------------------------ both in turn


def run(command, environment=None):
    """The JSON that a command prints last, or None, its reason on stderr."""
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False)
    if done.returncode != 0 or not done.stdout.strip():
        last = (done.stderr.strip() or "no output").splitlines()[-1]
        print("pytorch.py: %s: %s" % (" ".join(command), last), file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def pin(core):
    return ["taskset", "-c", str(core)] if shutil.which("taskset") else []


def one_thread():
    environment = dict(os.environ, OMP_NUM_THREADS="1", MKL_NUM_THREADS="1",
                       OPENBLAS_NUM_THREADS="1")
    if os.geteuid() == 0:
        environment.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    return environment


class Bench:
    """Runs of either side on chosen cores; medians over the repetitions of what they print."""

    def __init__(self, options):
        self.options = options
        self.environment = one_thread()
        self.cores = sorted(os.sched_getaffinity(0))
        self.found = {}
        bind = ["mpirun", "-n", "2", "--bind-to", "core"]
        plain = ["mpirun", "-n", "2", "--bind-to", "none", "--oversubscribe"]
        tried = subprocess.run(bind + ["true"], env=self.environment, capture_output=True,
                               check=False)
        self.mpirun = bind if tried.returncode == 0 and len(self.cores) > 1 else plain

    def keep(self, key, result):
        if result:
            self.found.setdefault(key, []).append(result)

    def torch(self, name, layout):
        if not self.options.python:
            return
        command = [self.options.python, os.path.abspath(__file__), "step", name, layout,
                   str(self.options.seconds)]
        self.keep((name, layout), run(pin(self.cores[0]) + command, self.environment))

    def torch_pair(self, name, layout):
        if not self.options.python:
            return
        command = [self.options.python, os.path.abspath(__file__), "step", name, layout,
                   str(self.options.seconds)]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        pair = []
        for rank in (0, 1):
            environment = dict(self.environment, MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port),
                               WORLD_SIZE="2", RANK=str(rank))
            pair.append(subprocess.Popen(pin(self.cores[rank % len(self.cores)]) + command,
                                         env=environment, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True))
        said = [process.communicate() for process in pair]
        if any(process.returncode != 0 for process in pair):
            lines = (said[0][1].strip() or said[1][1].strip() or "no output").splitlines()
            print("pytorch.py: two processes of PyTorch: " + lines[-1], file=sys.stderr)
            return
        self.keep((name, layout, "two"), json.loads(said[0][0].strip().splitlines()[-1]))

    def lockstep(self, key, name, *changes, ranks=1):
        steps = max(10, int(self.options.seconds * self.rate_guess(name) / BATCH))
        start = pin(self.cores[0]) if ranks == 1 else self.mpirun
        command = start + [self.options.lockstep, "bench", os.path.join(HERE, name + ".yaml"),
                           "--json", "--steps", str(steps), *changes]
        found = run(command, self.environment)
        if found:
            job = found["job"]
            job["peak_memory"] = job["peak_memory_bytes"]["max"]
            job["machine"] = found["machine"]
            job["waiting"] = 100 * job["phases_ms"]["input"]["mean"] / job["mean_step_ms"]
        self.keep(key, found and found["job"])

    def rate_guess(self, name):
        known = self.found.get((name, "lockstep"))
        return known[-1]["samples_per_s"] if known else {"mlp": 15000, "cnn": 2000}.get(name, 250)

    def median(self, key, field="samples_per_s"):
        values = [result[field] for result in self.found.get(key, [])]
        return statistics.median(values) if values else None


def cell(value, form="%.0f"):
    return "–" if value is None else form % value


def ratio(a, b):
    return None if a is None or b is None else a / b


def best(*values):
    there = [value for value in values if value is not None]
    return max(there) if there else None


def table(head, rows):
    print("\n| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def layouts(name):
    return ("contiguous",) if name == "mlp" else ("contiguous", "channels_last")


def print_one(bench, names):
    head = ["one core, batch %d" % BATCH, "PyTorch, samples/s", "PyTorch, channels last",
            "Lockstep", "ratio to the faster", "PyTorch, peak MiB", "Lockstep, peak MiB"]
    rows = []
    for name in names:
        plain, last = bench.median((name, "contiguous")), bench.median((name, "channels_last"))
        fast = "channels_last" if last and last > (plain or 0) else "contiguous"
        mine, memory = bench.median((name, "lockstep")), bench.median((name, fast), "peak_memory")
        held = bench.median((name, "lockstep"), "peak_memory")
        rows.append([name, cell(plain), cell(last), cell(mine),
                     cell(ratio(mine, best(plain, last)), "%.2f"),
                     cell(ratio(memory, 2**20)), cell(ratio(held, 2**20))])
    table(head, rows)


def print_two(bench, names):
    head = ["two processes, two cores", "DDP on gloo, samples/s", "channels last", "Lockstep",
            "ratio to the faster", "Lockstep, 2 ranks / 1"]
    rows = []
    for name in names:
        plain, last = (bench.median((name, layout, "two"))
                       for layout in ("contiguous", "channels_last"))
        mine = bench.median((name, "lockstep", "two"))
        rows.append([name, cell(plain), cell(last), cell(mine),
                     cell(ratio(mine, best(plain, last)), "%.2f"),
                     cell(ratio(mine, bench.median((name, "lockstep"))), "%.2f")])
    table(head, rows)


def print_shards(bench, names):
    rows = []
    for name in names:
        auto, single = bench.median((name, "lockstep")), bench.median((name, "shards: 1"))
        share = ratio(auto, single)
        rows.append([name, cell(single), cell(auto),
                     cell(None if share is None else 100 * (1 / share - 1), "%+.1f%%")])
    table(["one core", "shards: 1, samples/s", "shards: auto", "time of a step"], rows)


def print_input(bench, cases):
    rows = [[text, cell(bench.median(("input", text))),
             cell(bench.median(("input", text), "waiting"), "%.2f%%")] for text, _, _ in cases]
    table(["input", "samples/s", "of the step, waiting for input"], rows)


def processor():
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "a processor"


def print_head(bench, names):
    first = bench.found.get((names[0], "lockstep"))
    torch = bench.found.get((names[0], "contiguous"))
    print("%s, %d cores; " % (processor(), len(bench.cores)), end="")
    if first:
        machine = first[-1]["machine"]
        print("one core: %.0f GFLOP/s (%s), copy %.1f GB/s; " %
              (machine["core"]["gflops"], machine["vectors"], machine["core"]["copy_gb_s"]), end="")
        print("Lockstep with %s; " % first[-1]["engine"], end="")
    print("PyTorch %s" % torch[-1]["version"] if torch else "without PyTorch")
    print("(medians of %d runs in turn, of the median step of %g s each)" %
          (bench.options.repeat, bench.options.seconds))


def compare(options):
    bench, names = Bench(options), options.models
    large = "data.memory=16"
    cases = [("60,000 images of bytes, normalised: " + name, name,
              ["data.train=%s/fashion.h5" % options.data, "data.normalize=channel"])
             for name in names if name == "cnn"]
    cases += [("204 MB or more, data.memory: 16: " + name, name,
               ["data.train=%s/large-%s.h5" % (options.data, name), large])
              for name in names if name != "cnn"]
    for _ in range(options.repeat):
        for name in names:
            for layout in layouts(name):
                bench.torch(name, layout)
            bench.lockstep((name, "lockstep"), name)
            bench.lockstep((name, "shards: 1"), name, "shards=1")
            for layout in layouts(name):
                bench.torch_pair(name, layout)
            bench.lockstep((name, "lockstep", "two"), name, ranks=2)
        for text, name, changes in cases:
            bench.lockstep(("input", text), name, *changes)
    print_head(bench, names)
    print_one(bench, names)
    print_two(bench, names)
    print_shards(bench, names)
    print_input(bench, cases)


def main():
    if len(sys.argv) == 5 and sys.argv[1] == "step":
        step(sys.argv[2], sys.argv[3], float(sys.argv[4]))
        return
    parser = argparse.ArgumentParser(prog="pytorch.sh")
    parser.add_argument("compare", help=argparse.SUPPRESS)
    parser.add_argument("--python", default="", help="a Python with torch; none: Lockstep alone")
    parser.add_argument("--lockstep", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--data", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--repeat", type=int, default=5, help="runs of each, in turn [5]")
    parser.add_argument("--seconds", type=float, default=5, help="steps of each run, in seconds [5]")
    parser.add_argument("--models", nargs="+", default=list(SHAPES), choices=list(SHAPES))
    compare(parser.parse_args())


if __name__ == "__main__":
    main()
