#!/usr/bin/env bash
# Compares methods against imbalance: trains every method of an example with three seeds, evaluates
# on its test set and prints the table, each figure a mean and its spread.
#   examples/run.sh NAME [METHOD...]              heartbeats, shuttle, fashion-lt, ratio
#   examples/run.sh --held-out NAME [METHOD...]   by samples held out of the training set instead,
#                                                 for choosing a method or an option
# A method is a name from examples/NAME/methods, or else examples/methods, or NAME: KEY=VALUE |
# KEY=VALUE of the job.
# In the environment, with defaults: LOCKSTEP (build/lockstep), OUT (build/examples), DATA
# (../shared/data), SEEDS ("1 2 3"), PARALLEL (runs at a time, each on one core: nproc).
# Goes on where it was interrupted; what is there is not trained again. Of every run, OUT/NAME keeps
# METHOD-SEED.json (eval's), .epochs (what metrics.jsonl has of the epochs) and .log.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
held_out=no
if [ "${1:-}" = --held-out ]; then
    held_out=yes
    shift
fi
name=${1:-}
if [ -z "$name" ] || [ ! -e "$root/examples/$name/columns" ]; then
    echo "usage: examples/run.sh [--held-out] NAME [METHOD...]; NAME is one of:" \
        "$(cd "$root/examples" && for at in */columns; do echo "${at%/*}"; done | xargs)" >&2
    exit 2
fi
shift

job=$root/examples/$name/job.yaml
methods_file=$root/examples/$name/methods
[ -e "$methods_file" ] || methods_file=$root/examples/methods
lockstep=${LOCKSTEP:-$root/build/lockstep}
mkdir -p "${OUT:-$root/build/examples}/$name"
work=$(cd "${OUT:-$root/build/examples}/$name" && pwd)
data=${DATA:-$root/../shared/data}
runs=$work
[ "$held_out" = no ] || runs=$work/held-out
mkdir -p "$runs"
parallel=${PARALLEL:-$(nproc)}
read -r -a seeds <<< "${SEEDS:-1 2 3}"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

# The lines of the file of methods, or the METHODs of the command line looked up there.
chosen() {
    local method
    if [ $# -eq 0 ]; then
        grep -vE '^(#|$)' "$methods_file"
        return
    fi
    for method; do
        case $method in
        *:*) echo "$method" ;;
        *) grep "^$method:" "$methods_file" || {
            echo "run.sh: $methods_file has no $method" >&2
            return 1
        } ;;
        esac
    done
}

# run METHOD SEED OVERRIDE...: trains and evaluates
run() {
    local run=$runs/$1-$2 arguments=("data.train=$work/train.h5") resume=()
    [ ! -s "$run.json" ] || return 0
    if [ "$held_out" = yes ] && [ -e "$work/held.h5" ]; then
        arguments=("data.train=$work/fit.h5" "data.valid=$work/held.h5")
    elif [ "$held_out" = yes ]; then
        arguments+=(data.valid=0.1)
    elif grep -q '^  valid:' "$job"; then
        arguments+=("data.valid=$work/test.h5")
    fi
    [ ! -e "$run" ] || resume=(--resume)
    if ! "$lockstep" train "$job" "${arguments[@]}" "seed=$2" "${@:3}" \
        --run "$run" "${resume[@]}" > "$run.log" 2>&1; then
        echo "run.sh: $1, seed $2: $(tail -n 1 "$run.log")" >&2
        return 1
    fi
    grep '"kind": "epoch"' "$run/metrics.jsonl" > "$run.epochs" || true
    if [ "$held_out" = yes ]; then
        tail -n 1 "$run.epochs" > "$run.json"
    else
        "$lockstep" eval "$run/latest.h5" --data "$work/test.h5" --json > "$run.tmp"
        mv "$run.tmp" "$run.json"
    fi
    rm -r "$run"
    echo "$(date +%T) $1, seed $2: $(sed -nE 's/^done: (.*): .*/\1/p' "$run.log")" >&2
}

methods=$(chosen "$@")
[ -e "$work/test.h5" ] || "$root/examples/$name/data.sh" "$lockstep" "$data" "$work"
trap 'jobs -p | xargs -r kill 2> /dev/null || true' EXIT
running=0
while IFS= read -r line; do
    overrides=${line#*:}
    IFS='|' read -r -a overrides <<< "${overrides// | /|}"
    for seed in "${seeds[@]}"; do
        if [ "$running" -ge "$parallel" ]; then
            wait -n
            running=$((running - 1))
        fi
        run "${line%%:*}" "$seed" "${overrides[@]# }" < /dev/null &
        running=$((running + 1))
    done
done <<< "$methods"
while [ "$running" -gt 0 ]; do
    wait -n
    running=$((running - 1))
done

results=()
while IFS= read -r line; do
    for seed in "${seeds[@]}"; do
        results+=("$runs/${line%%:*}-$seed.json")
    done
done <<< "$methods"
awk -v columns="$(cat "$root/examples/$name/columns")" -f "$root/examples/table.awk" "${results[@]}"
