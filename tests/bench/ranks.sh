#!/usr/bin/env bash
# Samples/s and time of the quick start's network on 1, 2, 4 and 8 ranks of this machine, as a table
# for the README, and whether the parameters have the same bits.
#   tests/bench/ranks.sh [PROGRAM] [STEPS]    PROGRAM: build/lockstep; the quick start's data is used
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
program=$(realpath "${1:-$root/build/lockstep}")
steps=${2:-300}
data=${LOCKSTEP_BUILD:-$root/build}/quickstart/train.h5
[ -e "$data" ] || {
    echo "ranks.sh: $data is missing: run launch/quickstart.sh first" >&2
    exit 1
}
data=$(realpath "$data")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

export OPENBLAS_NUM_THREADS=1
if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

# The middle one of the numbers on standard input.
median() {
    sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

echo "$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1); $steps steps of 128 samples"
echo
echo "| ranks | samples/s, median | time, s | parameters |"
echo "|---|---|---|---|"
for ranks in 1 2 4 8; do
    mpirun -n "$ranks" --oversubscribe --bind-to none "$program" train \
        "$root/examples/fashion/job.yaml" --run "$work/$ranks" data.train="$data" data.valid= \
        steps="$steps" log_every=20 checkpoint.every_steps=100000 > "$work/out" 2> "$work/err"
    seconds=$(sed -n 's/^done: .* in \([0-9.]*\) s.*/\1/p' "$work/out")
    rate=$(sed -n 's/.*"samples_per_s": \([0-9.]*\).*/\1/p' "$work/$ranks/metrics.jsonl" | median)
    same=$("$program" compare "$work/1/latest.h5" "$work/$ranks/latest.h5" | cut -d : -f 1) || true
    [ "$same" = equal ] && bits="the same bits" || bits="OTHER BITS"
    printf '| %d | %.0f | %s | %s |\n' "$ranks" "$rate" "$seconds" "$bits"
done
