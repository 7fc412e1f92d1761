#!/usr/bin/env bash
# The reduction up the fixed tree against MPI_Allreduce(MPI_SUM, MPI_FLOAT) of the same bytes, on 2
# and 4 ranks of this machine, as a table: medians of the time until the last rank is done, taken in
# turn in one run, the bytes of the vector by that time, and the median of the paired ratios. Then
# how much of a reduction between two made-up nodes hides behind computing that polls every
# millisecond or so: 100% would cost nothing beside the computing alone.
#   tests/bench/reduce.sh [PROGRAM]      PROGRAM: build/tests/bench_reduce
set -eu

program=$(realpath "${1:-$(dirname "$0")/../../build/tests/bench_reduce}")
if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

echo "$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)," \
    "load $(cut -d ' ' -f 1 /proc/loadavg)"
echo
echo "| ranks | KiB | ours, µs | MPI, µs | ours, MB/s | MPI, MB/s | times as fast |"
echo "|---|---|---|---|---|---|---|"
for ranks in 2 4; do
    mpirun -n "$ranks" --oversubscribe --bind-to none "$program"
done
echo
for mib in 4 16; do
    mpirun -n 2 --oversubscribe --bind-to none "$program" "$mib"
done
