#!/usr/bin/env bash
# examples/run.sh calls it as data.sh LOCKSTEP DATA FOLDER: leaves train.h5 and test.h5 in FOLDER,
# Fashion-MNIST with class 1 for shirts and 0 for the other nine.
set -eu
source=/usr/share/datasets/fashion-mnist
shirt='\000\000\000\000\000\000\001\000\000\000' # is number 6 of 0 to 9
for part in train t10k; do
    zcat "$source/$part-labels-idx1-ubyte.gz" > "$3/kinds"
    {
        head -c 8 "$3/kinds"
        tail -c +9 "$3/kinds" | tr '\000-\011' "$shirt"
    } > "$3/labels"
    "$1" import idx "$source/$part-images-idx3-ubyte.gz" "$3/labels" --out "$3/${part/t10k/test}.h5"
done
rm "$3/kinds" "$3/labels"
