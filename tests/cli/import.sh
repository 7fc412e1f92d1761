#!/usr/bin/env bash
# Every importer, plain and compressed, and a job on what it makes.
# shellcheck source=tests/tools/cli.sh
. "$(dirname "$0")/../tools/cli.sh"

# job DATA MODEL: a short job
job() {
    cat << END
seed: 3
data: {train: $1, valid: 0.1, normalize: channel}
batch: 32
epochs: 3
model: $2
loss: {cross_entropy: {class_weights: balanced}}
metrics: [accuracy, balanced_accuracy, macro_f1]
optimizer: {adam: {lr: 0.01}}
END
}

# imports NAME SHAPE MODEL LEAST KIND SOURCE...: the dataset has that shape, and a job on it learns
imports() {
    local name=$1 shape=$2 model=$3 least=$4 why accuracy
    shift 4
    lockstep 0 import "$@" --out "$name.h5"
    why=$(trouble)
    lockstep 0 inspect "$name.h5"
    [ -n "$why" ] || why=$(trouble)
    [ -n "$why" ] || grep -qF -- "$shape" out || why="not of shape $shape: $(head -n 4 out)"
    verdict "import $name" "$why"
    job "$name.h5" "$model" > "$name.yaml"
    lockstep 2 train "$name.yaml" --run "$name"
    why=$(trouble)
    accuracy=$(sed -nE 's/.*"kind": "epoch".*"accuracy": ([0-9.]+).*/\1/p' "$name/metrics.jsonl" |
        tail -n 1)
    [ -n "$why" ] || awk -v a="${accuracy:-0}" -v b="$least" 'BEGIN {exit !(a >= b)}' ||
        why="accuracy ${accuracy:-unknown}, not $least"
    verdict "import $name: a job on it learns" "$why"
    lockstep 0 eval "$name/latest.h5" --data "$name.h5"
    why=$(trouble)
    [ -n "$why" ] || grep -q 'accuracy' out || why="no accuracy: $(cat out)"
    verdict "import $name: eval of it" "$why"
}

dense='[{dense: 16}, relu, {dense: 4}]'
"$tools/make_data" idx digits n=300 x=1,8,8 k=4 type=u8
imports idx '(300, 1, 8, 8)' '[flatten, {dense: 16}, relu, {dense: 4}]' 0.8 \
    idx digits-x.idx digits-y.idx
"$tools/make_data" npy pair n=300 x=2,30 k=4
imports npy '(300, 2, 30)' '[{conv: {out: 8, kernel: 5}}, relu, flatten, {dense: 4}]' 0.8 \
    npy pair-x.npy pair-y.npy
"$tools/make_data" csv trees.csv n=300 x=6 k=4
imports csv '(300, 6)' "$dense" 0.8 csv trees.csv
"$tools/make_data" tsv trees.tsv n=300 x=6 k=4
imports tsv '(300, 6)' "$dense" 0.8 tsv trees.tsv --label class
"$tools/make_data" images trees n=300 x=3,8,9 k=4 type=u8
imports images '(300, 3, 8, 9)' '[flatten, {dense: 16}, relu, {dense: 4}]' 0.8 images trees
imports images-scaled '(300, 1, 6, 5)' '[flatten, {dense: 16}, relu, {dense: 4}]' 0.7 \
    images trees --size 6x5 --channels 1

for kind in csv images; do
    lockstep 0 inspect $kind.h5
    why=$(trouble)
    for class in oak beech ash elm; do
        grep -q "$class" out || why="no class $class: $(cat out)"
    done
    verdict "import $kind keeps the words of classes" "$why"
done

gzip -k digits-x.idx digits-y.idx pair-x.npy pair-y.npy trees.csv trees.tsv
for from in "idx digits-x.idx.gz digits-y.idx.gz" "npy pair-x.npy.gz pair-y.npy.gz" \
    "csv trees.csv.gz" "tsv trees.tsv.gz"; do
    kind=${from%% *}
    # shellcheck disable=SC2086 # words
    lockstep 0 import $from --out "$kind-gz.h5"
    why=$(trouble)
    [ -n "$why" ] || cmp -s "$kind.h5" "$kind-gz.h5" || why="another file than of the plain one"
    verdict "import $kind, compressed" "$why"
done

fashion=/usr/share/datasets/fashion-mnist
if [ -e $fashion ]; then
    lockstep 0 import idx $fashion/t10k-images-idx3-ubyte.gz $fashion/t10k-labels-idx1-ubyte.gz \
        --out fashion.h5
    verdict "import Fashion-MNIST" "$(trouble)"
    job fashion.h5 '[{conv: {out: 8, kernel: 5, stride: 2}}, relu, flatten, {dense: 10}]' > f.yaml
    lockstep 2 train f.yaml epochs=1 --run fashion
    why=$(trouble)
    [ -n "$why" ] || grep -qE '"accuracy": (0\.[789]|1)' fashion/metrics.jsonl ||
        why=$(tail -n 1 fashion/metrics.jsonl)
    verdict "import Fashion-MNIST: a job on it learns" "$why"
else
    skip "import Fashion-MNIST" "dataset-fashion-mnist is not installed"
fi

shuttle=$root/../shared/data/pmlb/shuttle.tsv.gz
if [ -e "$shuttle" ]; then
    imports shuttle '(58000, 9)' '[{dense: 32}, bn, relu, {dense: 7}]' 0.8 \
        tsv "$shuttle" --label target
else
    skip "import shuttle" "shuttle.tsv.gz is not there"
fi
