#!/usr/bin/env bash
# What remembering the losses of 10^7 samples, and drawing a quarter of each batch from the hardest
# tenth, costs: the time of a step of a small network with and without, as a table for the README.
# The second epoch of two is measured, with the pool that is filled at its start.
#   tests/bench/hard.sh [BUILD] [RANKS] [REPEAT]     BUILD: a folder in which the program is built
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(realpath "${1:-$root/build}")
ranks=${2:-1}
repeat=${3:-3}
samples=${SAMPLES:-10000000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

export OPENBLAS_NUM_THREADS=1
if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
[ -x "$build/tests/make_data" ] || cmake --build "$build" --target make_data > /dev/null
"$build/tests/make_data" h5 data.h5 n="$samples" x=8 k=2 type=u8
cat > job.yaml << 'END'
data: {train: data.h5, normalize: {mean: [128, 128, 128, 128, 128, 128, 128, 128], std: [74, 74, 74, 74, 74, 74, 74, 74]}}
batch: 512
epochs: 2
model: [dense: 128, relu, dense: 128, relu, dense: 2]
loss: cross_entropy
optimizer: {sgd: {lr: 0.05}}
checkpoint: {every_steps: 1000000}
log_every: 100
END

# run_with NAME VALUE: adds the microseconds of a step in every hundred of the second epoch to NAME,
# with sampler.hard=VALUE; the first hundred, with the pool's filling, to NAME.first
run_with() {
    rm -rf run
    mpirun -n "$ranks" --oversubscribe --bind-to none "$build/lockstep" train job.yaml --run run \
        sampler.hard="$2" > out 2> err || {
        cat err >&2
        exit 1
    }
    sed -n 's/.*"epoch": 2,.*"samples_per_s": \([0-9.]*\).*/\1/p' run/metrics.jsonl |
        awk '{printf "%.2f\n", 512e6 / $1}' > steps
    head -n 1 steps >> "$1.first"
    tail -n +2 steps >> "$1"
}

# The middle one of the numbers on standard input.
median() {
    sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

for _ in $(seq "$repeat"); do
    run_with none none
    run_with share-0 0
    run_with share-25 0.25
done
without=$(median < none) remembers=$(median < share-0) draws=$(median < share-25)
filling=$(awk "BEGIN {print ($(median < share-25.first) - $draws) / 10}")
steps=$(((samples + 511) / 512))

# more MICROSECONDS: than without, in percent
more() {
    awk "BEGIN {printf \"%+.1f%%\", 100 * (($1) / $without - 1)}"
}

echo "$(nproc --all) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1); $samples samples, $ranks rank(s), median of $repeat runs"
echo
echo "| sampler.hard | step, µs | more | filling the pool, ms an epoch | more, with it |"
echo "|---|---|---|---|---|"
echo "| none | $without | | | |"
echo "| share 0: losses are remembered | $remembers | $(more "$remembers") | | |"
echo "| share 0.25 | $draws | $(more "$draws") | $filling | $(more "$draws + $filling * 1000 / $steps") |"
