#!/usr/bin/env bash
# examples/run.sh calls it as data.sh LOCKSTEP DATA FOLDER: leaves train.h5 and test.h5 in FOLDER,
# from Debian's package dataset-fashion-mnist. REVERSED=yes in the environment numbers the classes
# from 9 down to 0, so that others are rare.
set -eu
source=/usr/share/datasets/fashion-mnist
for part in train t10k; do
    labels=$3/labels
    zcat "$source/$part-labels-idx1-ubyte.gz" > "$3/whole"
    head -c 8 "$3/whole" > "$labels"
    if [ "${REVERSED:-no}" = yes ]; then
        tail -c +9 "$3/whole" | tr '\000-\011' '\011\010\007\006\005\004\003\002\001\000' >> "$labels"
    else
        tail -c +9 "$3/whole" >> "$labels"
    fi
    "$1" import idx "$source/$part-images-idx3-ubyte.gz" "$labels" --out "$3/${part/t10k/test}.h5"
done
rm "$3/whole" "$3/labels"
