#!/usr/bin/env bash
# Writes the synthetic data that the jobs here train on, below build/bench, unless it is there.
#   tests/bench/data.sh [BUILD]     BUILD: a folder in which the program is built, build
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build}
[ -x "$build/tests/make_data" ] ||
    cmake --build "$build" --target make_data > /dev/null
mkdir -p "$root/build/bench"
cd "$root/build/bench"

# make NAME KEY=VALUE...
make() {
    local name=$1
    shift
    [ -e "$name.h5" ] && return
    "$build/tests/make_data" h5 "$name.part" "$@" k=10
    mv "$name.part" "$name.h5"
}

build=$(cd "$root" && realpath "$build")
make mlp n=12800 x=784
make cnn n=6400 x=1,28,28
make resnet20 n=6400 x=3,32,32
make fashion n=60000 x=1,28,28 type=u8   # of Fashion-MNIST's size
make large-mlp n=65000 x=784             # 204 MB, more than data.memory: 16 holds
make large-resnet20 n=17000 x=3,32,32    # 209 MB
