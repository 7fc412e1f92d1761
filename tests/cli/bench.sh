#!/usr/bin/env bash
# What bench says of the machine and of a job, as a table and as JSON, alone and on two ranks; that
# it writes nothing; what it refuses.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

"$tools/make_data" h5 data.h5 n=160 x=2,8,8 k=3
cat > job.yaml << 'END'
seed: 2
data: {train: data.h5}
batch: 64
steps: 2
model:
- {conv: {out: 8, kernel: 3, pad: same, bias: false}, name: "the \"first\""}
- bn
- relu
- flatten
- dense: 3
loss: cross_entropy
optimizer: {sgd: {lr: 0.01}}
END

# ask EXPRESSION: why it does not hold of the JSON in out, as `machine` and `job`
ask() {
    python3 - "$1" << 'END' 2>&1 | tail -n 1
import json, sys
found = json.load(open("out"))
machine, job = found["machine"], found.get("job")
if not eval("(" + sys.argv[1] + ")"):
    print("not so:", sys.argv[1], "of", json.dumps(found)[:400])
END
}

why_json() { # EXPRESSION...
    local why
    why=$(trouble)
    for expression; do
        [ -n "$why" ] || why=$(ask "$expression")
    done
    echo "$why"
}

lockstep 0 bench
why=$(trouble)
[ -n "$why" ] || grep -qE '^ +one core( +[0-9]+\.[0-9]){3}$' out || why="it says: $(cat out)"
verdict "bench: the machine, as a table" "$why"

lockstep 2 bench --json
verdict "bench: the machine, as JSON, on 2 ranks" "$(why_json 'job is None' \
    '0.1 < machine["core"]["gflops"] < 2000' '0.1 < machine["all"]["triad_gb_s"] < 2000')"

for engine in $("$LOCKSTEP" --version | sed -n 's/^engines: //p'); do
    for ranks in 0 2; do
        lockstep $ranks bench job.yaml engine="$engine" --json --steps 30
        verdict "bench: a job on $engine, as JSON, on $ranks ranks" "$(why_json \
            'job["steps"] == 30 and job["batch"] == 64 and job["ranks"] == max(1, '$ranks')' \
            '[l["name"] for l in job["layers"]] == ["the \"first\"", "bn1", "relu1", "flatten1", "dense1"]' \
            'abs(sum(p["mean"] for p in job["phases_ms"].values()) + job["rest_ms"] - job["mean_step_ms"])
                < 1e-6 * job["mean_step_ms"]' \
            'abs(job["rest_ms"]) < 0.1 * job["mean_step_ms"]' \
            'sum(l["forward"]["ms"] for l in job["layers"]) <= job["phases_ms"]["forward"]["mean"]' \
            'sum(l["backward"]["ms"] for l in job["layers"]) <= job["phases_ms"]["backward"]["mean"]' \
            'all(l["forward"]["ms"] >= 0 and l["backward"]["ms"] >= 0 for l in job["layers"])' \
            'sum(l["forward"]["ms"] for l in job["layers"]) > 0' \
            '0 < job["samples_per_s"] <= job["best_samples_per_s"]' \
            'job["reduced_bytes"] >= 4 * (8 * 2 * 9 + 512 * 3 + 3)' \
            '1 << 20 < job["peak_memory_bytes"]["mean"] <= job["peak_memory_bytes"]["max"] < 1 << 32')"
    done
done

lockstep 0 bench job.yaml threads=2 batch=32 --steps 3
why=$(trouble)
[ -n "$why" ] || grep -q '^job.yaml: batch 32, 8 shards, on 1 rank x 2 threads$' out ||
    why="it says: $(cat out)"
[ -n "$why" ] || grep -qE '^  step .* 100\.0%' out || why="no step: $(cat out)"
verdict "bench: a changed job, as a table" "$why"

why=
[ "$(find . -type f -printf '%f\n' | sort | tr '\n' ' ')" = "data.h5 err err.all job.yaml out " ] ||
    why="there are $(ls)"
verdict "bench: writes nothing" "$why"

# refused NAME PATTERN ARGUMENT...
refused() {
    local name=$1 pattern=$2 why=
    shift 2
    lockstep 2 "$@"
    if [ "$status" -ne 2 ]; then
        why="exit $status: $(cat err)"
    elif [ "$(wc -l < err)" -ne 1 ] || ! grep -qE -- "$pattern" err; then
        why="it says: $(cat err)"
    fi
    verdict "bench: refuses $name" "$why"
}

refused "a change of no job" 'batch=3.*bench JOB' bench batch=3
refused "steps of no job" '--steps.*JOB' bench --steps 3
refused "two jobs" 'too many' bench job.yaml job.yaml
refused "a job that is not there" 'none\.yaml.*[Nn]o such file' bench none.yaml
refused "no number of steps" 'steps.*whole number' bench job.yaml --steps some
refused "an unknown flag" '--jsn.*--json' bench --jsn
