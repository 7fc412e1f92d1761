#!/usr/bin/env bash
# An autoencoder on all of Fashion-MNIST, then a classifier on 500 labelled pictures of it: its
# encoder's weights against training from scratch. Each seed has an autoencoder, initial weights
# and 500 pictures of its own. Prints a table of the accuracy on the 10,000 test pictures.
#   examples/pretrain/run.sh
# In the environment, with defaults: LOCKSTEP (build/lockstep), OUT (build/examples), SEEDS
# ("1 2 3 4 5"). Goes on where it was interrupted.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
lockstep=${LOCKSTEP:-$root/build/lockstep}
mkdir -p "${OUT:-$root/build/examples}/pretrain"
work=$(cd "${OUT:-$root/build/examples}/pretrain" && pwd)
read -r -a seeds <<< "${SEEDS:-1 2 3 4 5}"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
source=/usr/share/datasets/fashion-mnist # Debian's package dataset-fashion-mnist

[ -e "$work/test.h5" ] || "$root/examples/fashion-lt/data.sh" "$lockstep" - "$work"

# few SEED: 500 pictures that no other seed has, cut out of the files of IDX
few() {
    local first=$((($1 - 1) * 500))
    [ ! -e "$work/few-$1.h5" ] || return 0
    {
        printf '\0\0\10\3\0\0\1\364\0\0\0\34\0\0\0\34'
        zcat $source/train-images-idx3-ubyte.gz | tail -c +$((17 + first * 784)) | head -c 392000
    } > "$work/images" || true
    {
        printf '\0\0\10\1\0\0\1\364'
        zcat $source/train-labels-idx1-ubyte.gz | tail -c +$((9 + first)) | head -c 500
    } > "$work/labels" || true
    "$lockstep" import idx "$work/images" "$work/labels" --out "$work/few-$1.h5" > "$work/log"
}

# train NAME JOB ARGUMENT...
train() {
    local run=$work/$1
    [ ! -e "$run.done" ] || return 0
    rm -rf "$run"
    "$lockstep" train "$root/examples/pretrain/$2" "${@:3}" --run "$run" > "$run.log" 2>&1 || {
        echo "run.sh: $1: $(tail -n 1 "$run.log")" >&2
        return 1
    }
    touch "$run.done"
    echo "$(date +%T) $1: $(sed -nE 's/^done: (.*): .*/\1/p' "$run.log")" >&2
}

# class METHOD SEED ARGUMENT...
class() {
    train "$1-$2" class.yaml "seed=$2" "data.train=$work/few-$2.h5" "${@:3}"
    [ -s "$work/$1-$2.json" ] ||
        "$lockstep" eval "$work/$1-$2/latest.h5" --data "$work/test.h5" --json > "$work/$1-$2.json"
}

results=()
for seed in "${seeds[@]}"; do
    few "$seed"
    train "auto-$seed" auto.yaml "seed=$seed" "data.train=$work/train.h5"
    encoder=("init.from=$work/auto-$seed/latest.h5" 'init.only=[conv1, bn1, conv2, bn2, dense1]'
        init.rename.c1=conv1 init.rename.n1=bn1 init.rename.c2=conv2 init.rename.n2=bn2
        init.rename.code=dense1)
    held=('init.freeze=[conv1, bn1, conv2, bn2, dense1]')
    class scratch "$seed"
    class fine-tuned "$seed" "${encoder[@]}"
    class thawed "$seed" "${encoder[@]}" "${held[@]}" init.unfreeze_at_epoch=20
    class frozen "$seed" "${encoder[@]}" "${held[@]}"
done
for method in scratch fine-tuned thawed frozen; do
    for seed in "${seeds[@]}"; do
        results+=("$work/$method-$seed.json")
    done
done
awk -v columns='accuracy macro_f1' -f "$root/examples/table.awk" "${results[@]}"
