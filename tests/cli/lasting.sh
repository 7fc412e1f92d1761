#!/usr/bin/env bash
# What a run makes of a disk that fills, of a folder that turns read-only or goes away.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

"$tools/make_data" h5 data.h5 n=160 x=64 k=3
cat > job.yaml << 'END'
seed: 2
data: {train: data.h5}
batch: 20
steps: 60
model: [{dense: 3000}, relu, {dense: 3}]
loss: cross_entropy
optimizer: {sgd: {lr: 0.05, momentum: 0.9}}
checkpoint: {every_steps: 10, keep: 2}
log_every: 1
END
lockstep 1 train job.yaml --run whole
why=$(trouble)
verdict "lasting: the undisturbed run" "$why"
size=$(stat -c %s whole/checkpoints/step-000000060.h5)

# one byte changed, anywhere: refused, or nothing that counts
why=$("$tools/test_damage" whole/latest.h5 100 2>&1) && why=
verdict "lasting: a checkpoint with a changed byte is not taken for good" "$why"

mounted=
unmount() {
    [ -z "$mounted" ] || umount "$mounted"
    mounted=
}
trap unmount EXIT

# warns PATTERN: why the program's words have no warning like it, or log.txt of RUN has not
warns() { # PATTERN RUN
    grep -qE "^lockstep: warning: $1" err || echo "no such warning: $(tail -n 3 err)"
    grep -qE "warning: $1" "$2/log.txt" || echo "log.txt has no warning: $(tail -n 3 "$2/log.txt")"
}

# good RUN: why one of its checkpoints is not whole
good() {
    local file
    for file in "$1"/checkpoints/*.h5 "$1/latest.h5"; do
        "$LOCKSTEP" inspect "$file" > what.txt 2>&1 || cat what.txt
    done
}

# room for two checkpoints and a part of the third
mkdir disk
if ! mount -t tmpfs -o size=$(((size * 5 / 2 + 4095) / 4096 * 4096)) none disk 2> mount.err; then
    skip "lasting: a disk that fills" "no mount: $(cat mount.err)"
else
    mounted=disk
    lockstep 2 train job.yaml --run disk/run
    why=
    [ "$status" -eq 3 ] || why="exit $status, not 3: $(tail -n 3 err)"
    for step in 30 40 50; do
        [ -n "$why" ] || why=$(warns "step $step: cannot write disk/run/checkpoints/.*: no space left on device; training goes on" disk/run)
    done
    [ -n "$why" ] || why=$(good disk/run)
    [ -n "$why" ] || [ "$(ls -A disk/run/checkpoints)" = "step-000000010.h5
step-000000020.h5" ] || why="there is $(ls -A disk/run/checkpoints)"
    verdict "lasting: a disk that fills: warns each time, keeps the old ones, ends with 3" "$why"

    mount -o remount,size=16m disk
    lockstep 3 train job.yaml --run disk/run --resume
    why=$(trouble)
    [ -n "$why" ] || why=$(differ disk/run/latest.h5 whole/latest.h5)
    [ -n "$why" ] || why=$(diff <(steps_of disk/run) <(steps_of whole) | head -n 3)
    verdict "lasting: it goes on where there is room again" "$why"

    # the last blocks are taken, so that records are lost too; room comes back in mid-run
    rm -rf disk/run
    "$LOCKSTEP" train job.yaml steps=8000 checkpoint.every_steps=1000 --run disk/run > out 2> err &
    pid=$!
    why=
    wait_for_step disk/run 100 $pid || why="it ended before step 100"
    dd if=/dev/zero of=disk/fill bs=4096 2> dd.err
    while ! grep -q 'records are lost' err && kill -0 $pid 2> /dev/null; do sleep 0.02; done
    rm -f disk/fill
    status=0
    wait $pid || status=$?
    [ -n "$why" ] || why=$(trouble)
    [ -n "$why" ] || grep -qE '^lockstep: warning: cannot write disk/run/metrics.jsonl: no space left on device: records are lost from step [0-9]+ on; training goes on$' err ||
        why="no such warning: $(tail -n 3 err)"
    [ -n "$why" ] || why=$(good disk/run)
    [ -n "$why" ] || why=$(grep -nvE '^\{"kind": .*\}$' disk/run/metrics.jsonl | head -n 3)
    [ -n "$why" ] || [ "$(last_step disk/run)" -eq 8000 ] || why="ends at step $(last_step disk/run)"
    verdict "lasting: room that comes back: only whole records, ends with 0" "$why"
    unmount
fi

# cut_off RUN DO UNDO WORDS NAME: a running process whose checkpoints cannot be written from here on
cut_off() {
    "$LOCKSTEP" train job.yaml steps=4000 checkpoint.every_steps=500 --run "$1" > out 2> err &
    pid=$!
    why=
    wait_for_step "$1" 100 $pid || why="it ended before step 100"
    eval "$2"
    status=0
    wait $pid || status=$?
    eval "$3"
    [ -n "$why" ] || [ $status -eq 3 ] || why="exit $status, not 3: $(tail -n 3 err)"
    [ -n "$why" ] || why=$(warns "step [0-9]+: cannot write $1/checkpoints/.*: $4; training goes on" "$1")
    [ -n "$why" ] || [ "$(last_step "$1")" -eq 4000 ] || why="ends at step $(last_step "$1")"
    verdict "lasting: $5: trains to the end, ends with 3" "$why"
}
cut_off removed 'rm -rf removed/checkpoints' : 'no such file or directory' "a folder removed in mid-run"
if command -v prlimit > /dev/null; then # as with a quota
    cut_off limited "prlimit --pid \$pid --fsize=$((size / 2))" : 'file too large' "files that may not be so large"
else
    skip "lasting: files that may not be so large" "no prlimit"
fi
if [ "$(id -u)" -ne 0 ]; then
    cut_off readonly 'chmod a-w readonly/checkpoints' 'chmod u+w readonly/checkpoints' \
        'permission denied' "a folder that turns read-only"
elif ! mount -t tmpfs -o ro none disk 2> mount.err; then
    skip "lasting: a folder that turns read-only" "no mount: $(cat mount.err)"
else
    umount disk
    cut_off readonly 'mount -t tmpfs -o ro none readonly/checkpoints' \
        'umount readonly/checkpoints' 'read-only file system' "a folder that turns read-only"
fi
