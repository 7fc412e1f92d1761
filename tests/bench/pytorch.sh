#!/usr/bin/env bash
# Samples/s of the three jobs here against the same models in PyTorch, in turn in one run: one core
# each, then two ranks against DistributedDataParallel on gloo; what shards: auto costs; the share of
# a step that waits for input. Prints tables for the README; without torch Lockstep's part of them.
#   tests/bench/pytorch.sh [--python PYTHON] [--repeat N] [--seconds S] [--models NAME...]
# LOCKSTEP_BUILD: the folder in which the program is built, build
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(realpath "${LOCKSTEP_BUILD:-$root/build}")
[ -x "$build/lockstep" ] || {
    echo "pytorch.sh: $build/lockstep is missing: build it first" >&2
    exit 1
}
"$here/data.sh" "$build"

given=no
for argument; do
    case $argument in
    --python | --python=*) given=yes ;;
    esac
done
python=()
if [ "$given" = no ] && python3 -c 'import torch' 2> /dev/null; then
    python=(--python python3)
elif [ "$given" = no ]; then
    echo "pytorch.sh: python3 has no torch: Lockstep alone (--python names another)" >&2
fi
exec python3 "$here/pytorch.py" compare --lockstep "$build/lockstep" --data "$root/build/bench" \
    "${python[@]}" "$@"
