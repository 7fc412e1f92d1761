#!/usr/bin/env bash
# Kills a run at random moments, goes on with it on another number of ranks each time, and holds what
# it comes to against the undisturbed run, bit for bit.
#   tests/campaign/kill.sh [COUNT [SEED]]     COUNT: SIGKILLs [100]; SEED: of the choices [1]
# Each kill strikes a rank or mpirun, in mid-step, while a checkpoint is being written, or while the
# run is just starting again. At the end a table of the time from the kill to the first step after it.
# LOCKSTEP: the program [build/lockstep, which has build/tests beside it]; SCRATCH: an empty folder
set -u

count=${1:-100}
RANDOM=${2:-1}
LOCKSTEP=${LOCKSTEP:-$(dirname "$0")/../../build/lockstep}
if [ ! -x "$LOCKSTEP" ]; then
    echo "kill.sh: no program $LOCKSTEP; say where in LOCKSTEP" >&2
    exit 2
fi
if [ -z "${SCRATCH:-}" ]; then
    SCRATCH=$(mktemp -d)
    trap 'rm -rf "$SCRATCH"' EXIT
fi
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"
export LOCKSTEP
keep_going=$(dirname "$LOCKSTEP")/lockstep-run

"$tools/make_data" h5 data.h5 n=4003 x=3,8,8 k=4 type=u8
cat > job.yaml << 'END'
seed: 6
data: {train: data.h5, valid: 0.1, normalize: channel, augment: [flip, {crop: {pad: 1}}]}
batch: 32
steps: 2000
model:
- conv: {out: 8, kernel: 3, pad: same, bias: false}
- bn
- relu
- flatten
- dropout: 0.3
- dense: 64
- bn
- relu
- dense: 4
loss: {focal: {mine: {keep: 0.5}}}
metrics: [balanced_accuracy, auroc]
optimizer: {adam: {lr: 0.001}}
clip: {norm: 1}
checkpoint: {every_steps: 20, keep: 3}
log_every: 1
END

now() { # milliseconds
    echo $((${EPOCHREALTIME/[.,]/} / 1000))
}

alive() { # PID
    kill -0 "$1" 2> /dev/null
}

mpirun_of() {
    pgrep -P "$runner" -x mpirun
}

# One process of the run, a rank where there is one yet; mpirun when asked for, or nothing else.
victim() { # KIND
    local mpirun ranks=()
    mpirun=$(mpirun_of) || return 1
    mapfile -t ranks < <(pgrep -P "$mpirun")
    if [ "$1" = mpirun ] || [ ${#ranks[@]} -eq 0 ]; then
        echo "$mpirun"
    elif [ "$1" = checkpoint ]; then
        echo "${ranks[0]}" # which writes it
    else
        echo "${ranks[pick % ${#ranks[@]}]}"
    fi
}

# How many times the run has begun, and the step from which it did last.
begun() {
    local lines
    lines=$(grep -cE ' (starts|goes on) at step ' "$run/log.txt" 2> /dev/null)
    echo "${lines:-0}"
}
begun_at() {
    sed -nE 's/.* (starts|goes on) at step ([0-9]+) .*/\2/p' "$run/log.txt" 2> /dev/null | tail -n 1
}

# until the run has begun once more and has done a step
wait_for_first_step() { # TIMES BEGUN BEFORE
    while [ "$(begun)" -le "$1" ] || [ "$(last_step "$run")" -le "$(begun_at)" ]; do
        alive "$runner" || return 1
        sleep 0.01
    done
}

# until a checkpoint is being written; it takes milliseconds, so without a pause
wait_for_checkpoint() {
    until compgen -G "$run/checkpoints/.*" > /dev/null; do
        alive "$runner" || return 1
    done
}

# until the moment for a kill of this kind
wait_for_moment() { # KIND TIMES BEGUN BEFORE
    local step
    if [ "$1" = start ]; then
        until mpirun_of > /dev/null; do
            alive "$runner" || return 1
        done
        sleep "0.$(printf %03d $((pick % 600)))"
        return
    fi
    wait_for_first_step "$2" || return 1
    [ -z "$struck_ms" ] || echo "$struck $(($(now) - struck_ms))" >> times.txt
    struck_ms=
    step=$(($(begun_at) + 1 + pick % 50))
    wait_for_step "$run" "$step" "$runner" || return 1
    [ "$1" != checkpoint ] || wait_for_checkpoint
}

# Starts the run on some ranks, and strikes; false when it was done before.
life() { # KIND RANKS
    local kind=$1 n=$2 before target status=0
    before=$(begun)
    timeout -k 5 300 "$keep_going" -n "$n" --restarts 0 job.yaml --run "$run" < /dev/null \
        > out 2>> err &
    local watchdog=$!
    runner=
    while alive $watchdog && [ -z "$runner" ]; do
        runner=$(pgrep -P $watchdog)
    done
    if wait_for_moment "$kind" "$before" && target=$(victim "$kind") &&
        kill -KILL "$target" 2> /dev/null; then
        struck_ms=$(now)
        struck=$kind
        kills=$((kills + 1))
        killed_on[n]=$((${killed_on[n]:-0} + 1))
    fi
    wait $watchdog || status=$?
    case $status in
    0) return 1 ;;
    1) return 0 ;;
    esac
    trouble_seen="exit $status, after a kill of kind $kind: $(tail -n 3 err)"
    return 1
}

finish() { # the run, and compares
    local status=0
    timeout -k 5 300 "$keep_going" -n 2 job.yaml --run "$run" > out 2>> err || status=$?
    [ -n "$trouble_seen" ] || [ $status -eq 0 ] || trouble_seen="exit $status: $(tail -n 3 err)"
    [ -n "$trouble_seen" ] || trouble_seen=$(differ alone/latest.h5 "$run/latest.h5")
    [ -n "$trouble_seen" ] ||
        trouble_seen=$(diff <(steps_of alone) <(steps_of "$run") | head -n 3)
}

table() {
    echo "time from a SIGKILL to the first step after it, s:"
    echo "| killed | times | min | median | max |"
    echo "|---|---|---|---|---|"
    local kind
    for kind in rank checkpoint mpirun start; do
        sed -n "s/^$kind //p" times.txt | sort -n | awk -v kind="$kind" '
            {t[NR] = $1 / 1000}
            END {if (NR) printf "| %s | %d | %.1f | %.1f | %.1f |\n", kind, NR, t[1],
                t[int((NR + 1) / 2)], t[NR]}'
    done | sed -e 's/^| rank /| a rank, in mid-step /' -e 's/^| mpirun /| mpirun /' \
        -e 's/^| checkpoint /| rank 0, in mid-checkpoint /' \
        -e 's/^| start /| a rank or mpirun, during a start /'
}

lockstep 1 train job.yaml --run alone
why=$(trouble)
verdict "kill: the undisturbed run" "$why"

kinds=(rank mpirun checkpoint start)
kills=0 runs=1 run=run-1 struck='' struck_ms='' trouble_seen='' killed_on=()
: > times.txt
while [ $kills -lt "$count" ] && [ -z "$trouble_seen" ]; do
    kind=${kinds[RANDOM % 4]}
    n=$((RANDOM % 4 + 1))
    pick=$RANDOM
    if ! life "$kind" $n && [ -z "$trouble_seen" ]; then
        finish
        runs=$((runs + 1))
        run=run-$runs
        struck_ms=
    fi
done
[ -n "$trouble_seen" ] || finish
table
for n in "${!killed_on[@]}"; do
    echo "killed on $n rank$([ "$n" -eq 1 ] || echo s): ${killed_on[n]}"
done
verdict "kill: $kills SIGKILLs over $runs runs, each ends with the bits of the undisturbed one" \
    "$trouble_seen"
