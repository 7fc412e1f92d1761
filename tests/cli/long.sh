#!/usr/bin/env bash
# Ten thousand steps: no growth of memory. That the ranks' parameters stay the same the program
# itself compares at each checkpoint, and fails when they do not.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

"$tools/make_data" h5 data.h5 n=1003 x=10 k=4
cat > job.yaml << 'END'
seed: 5
data: {train: data.h5, valid: 0.1}
batch: 16
steps: 14000
model:
- dense: 24
- bn
- relu
- dropout: 0.2
- dense: 4
loss: cross_entropy
optimizer: {sgd: {lr: 0.02, momentum: 0.9}}
metrics: [accuracy]
checkpoint: {every_steps: 500, keep: 2}
log_every: 1
END

resident() { # PID...: KiB of each
    local pid
    for pid in "$@"; do
        sed -nE 's/^VmRSS:\s+([0-9]+) kB/\1/p' "/proc/$pid/status"
    done
}

mpirun -n 2 "$LOCKSTEP" train job.yaml --run run > out 2> err &
pid=$!
why=
if wait_for_step run 2000 $pid; then
    mapfile -t ranks < <(pgrep -P $pid)
    mapfile -t early < <(resident "${ranks[@]}")
    wait_for_step run 10000 $pid
    mapfile -t late < <(resident "${ranks[@]}")
fi
status=0
wait $pid || status=$?
why=$(trouble)
[ -n "$why" ] || [ "$(steps_of run | wc -l)" -eq 14000 ] || why="not 14000 records of steps"
verdict "long: 14,000 steps, ranks compared at each checkpoint" "$why"

why=
[ ${#early[@]} -eq 2 ] && [ ${#late[@]} -eq 2 ] || why="no figures: ${early[*]}, ${late[*]}"
for i in 0 1; do
    [ -n "$why" ] || [ $((late[i] - early[i])) -le 1024 ] ||
        why="rank $i grew from ${early[i]} to ${late[i]} KiB"
done
verdict "long: resident memory at 10,000 steps is that at 2,000 (${late[*]} KiB)" "$why"
