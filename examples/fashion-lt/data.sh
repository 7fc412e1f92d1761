#!/usr/bin/env bash
# examples/run.sh calls it as data.sh LOCKSTEP DATA FOLDER: leaves train.h5 and test.h5 in FOLDER,
# from Debian's package dataset-fashion-mnist.
set -eu
source=/usr/share/datasets/fashion-mnist
for part in train t10k; do
    "$1" import idx "$source/$part-images-idx3-ubyte.gz" "$source/$part-labels-idx1-ubyte.gz" \
        --out "$3/${part/t10k/test}.h5"
done
