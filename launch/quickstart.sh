#!/usr/bin/env bash
# From a fresh checkout to a trained network: packages, build, Fashion-MNIST, training on two
# ranks, evaluation. Goes on where it was interrupted; writes only below build/ of the checkout, or
# below $LOCKSTEP_BUILD.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=${LOCKSTEP_BUILD:-$root/build}
mkdir -p "$build"
build=$(cd "$build" && pwd)
work=$build/quickstart
run=$work/run
finished=$work/finished # is there once training has ended well
source=/usr/share/datasets/fashion-mnist

say() {
    echo "== $*"
}

# Runs a command quietly; shows what it said only when it fails.
quietly() {
    local log=$build/quickstart.log
    if ! "$@" > "$log" 2>&1; then
        tail -n 30 "$log" >&2
        echo "quickstart: failed: $* (all of its output: $log)" >&2
        exit 1
    fi
}

say "packages"
"$root/launch/setup.sh"

say "build into $build"
quietly cmake -S "$root" -B "$build"
quietly cmake --build "$build" -j "$(nproc)" --target lockstep
lockstep=$build/lockstep
mkdir -p "$work"

import() { # NAME PREFIX
    [ ! -e "$work/$1.h5" ] || return 0
    say "import $1.h5"
    "$lockstep" import idx "$source/$2-images-idx3-ubyte.gz" "$source/$2-labels-idx1-ubyte.gz" \
        --out "$work/$1.h5"
}
import train train
import test t10k

export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
ranks=(mpirun -n 2 --bind-to none)
[ "$(nproc)" -ge 2 ] || ranks+=(--oversubscribe)
if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

if [ -e "$finished" ]; then
    say "already trained; to train anew: rm -r $work"
else
    resume=()
    [ ! -e "$run" ] || resume=(--resume)
    say "train examples/fashion/job.yaml on 2 ranks"
    "${ranks[@]}" "$lockstep" train "$root/examples/fashion/job.yaml" "data.train=$work/train.h5" \
        --run "$run" "${resume[@]}" || {
        status=$?
        echo "quickstart: training ended early (status $status); launch/quickstart.sh goes on" >&2
        exit "$status"
    }
    touch "$finished"
fi

say "evaluate on the test set"
"$lockstep" eval "$run/latest.h5" --data "$work/test.h5"

say "done"
cat << END
program     $lockstep
data        $work/train.h5, $work/test.h5
run         $run
parameters  $run/latest.h5 (HDF5)
job         $root/examples/fashion/job.yaml
END
