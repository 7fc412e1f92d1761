#!/usr/bin/env bash
# examples/run.sh calls it as data.sh LOCKSTEP DATA FOLDER: leaves train.h5 (the first 43,500 rows)
# and test.h5 (the last 14,500) in FOLDER.
set -eu
zcat "$2/pmlb/shuttle.tsv.gz" |
    awk -v train="$3/train.tsv" -v test="$3/test.tsv" '
        NR <= 43501 { print > train }
        NR == 1 || NR > 43501 { print > test }'
for part in train test; do
    "$1" import tsv "$3/$part.tsv" --label target --out "$3/$part.h5"
    rm "$3/$part.tsv"
done
