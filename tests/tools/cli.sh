# Sourced by every tests/cli/*.sh: they get LOCKSTEP, the program, and SCRATCH, an empty folder,
# and print one line "ok NAME" or "FAIL NAME: why" for each case.
# shellcheck shell=bash disable=SC2034 # some of these are for the scripts
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tools=$(cd "$(dirname "$LOCKSTEP")/tests" && pwd)
LOCKSTEP=$(cd "$(dirname "$LOCKSTEP")" && pwd)/lockstep
cd "$SCRATCH" || exit 1

export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} OPENBLAS_NUM_THREADS=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_hwloc_base_binding_policy=none
if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

# Runs the script that calls it once for each engine, with its name in ENGINE and a folder of its
# own: those that the program has, or those in ENGINES.
on_each_engine() {
    [ -z "${ENGINE:-}" ] || return 0
    local engine
    for engine in ${ENGINES:-$("$LOCKSTEP" --version | sed -n 's/^engines: //p')}; do
        mkdir -p "$SCRATCH/$engine"
        env LOCKSTEP="$LOCKSTEP" SCRATCH="$SCRATCH/$engine" ENGINE="$engine" \
            bash "$root/tests/cli/${0##*/}"
    done
    exit 0
}

# verdict NAME [WHY]: one case; it passed when WHY is empty
verdict() {
    if [ -z "${2:-}" ]; then
        echo "ok $1"
    else
        echo "FAIL $1: $(tr '\n' ' ' <<< "$2")"
    fi
}

skip() { # NAME WHY
    echo "skip $1: $2"
}

# lockstep RANKS ARGUMENT...: the program on so many ranks, 0 for without mpirun. What it says is
# left in $words/out and $words/err (without mpirun's own words and progress), its exit code in
# $status.
words=.
lockstep() {
    local ranks=$1
    local start=(mpirun -n "$ranks")
    shift
    [ "$ranks" -gt 0 ] || start=()
    status=0
    timeout -k 5 60 "${start[@]}" "$LOCKSTEP" "$@" > "$words/out" 2> "$words/err.all" || status=$?
    sed '/^-----*$/,/^-----*$/d' "$words/err.all" | grep -vE '^(epoch [0-9]+/.*| *)$' \
        > "$words/err" || true
}

# Why the last lockstep did not end well, or nothing.
trouble() {
    [ "$status" -eq 0 ] || echo "exit $status: $(tail -n 3 $words/err)"
}

# Why two checkpoints are not equal bit for bit, or nothing.
differ() {
    local said
    said=$("$LOCKSTEP" compare "$1" "$2" 2>&1) && grep -q '^equal: ' <<< "$said" && return
    echo "$1 and $2 differ: ${said:-no word of compare}"
}

# The steps of a run's metrics.jsonl, as "STEP LOSS NORM" lines.
steps_of() {
    sed -nE 's/^\{"kind": "step", "step": ([0-9]+),.*"loss": ([^,]+),.*"grad_norm": ([^,]+),.*/\1 \2 \3/p' \
        "$1/metrics.jsonl"
}

# The last step that a run has recorded, 0 when none.
last_step() {
    local step
    step=$(tail -n 1 "$1/metrics.jsonl" 2> /dev/null | sed -nE 's/.*"step": ([0-9]+),.*/\1/p')
    echo "${step:-0}"
}

# wait_for_step RUN STEP PID: until the run is that far; fails when the process ends before
wait_for_step() {
    while [ "$(last_step "$1")" -lt "$2" ]; do
        kill -0 "$3" 2> /dev/null || return 1
        sleep 0.02
    done
}
