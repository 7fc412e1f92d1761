#!/usr/bin/env bash
# examples/run.sh calls it as data.sh LOCKSTEP DATA FOLDER: leaves train.h5 (DS1) and test.h5 (DS2)
# in FOLDER, and of DS1 fit.h5 and held.h5, which share no patient.
set -eu
for part in train test; do
    cp "$2/mitbih/mitbih-$part.h5" "$3/$part.tmp"
done
python3 "$(dirname "$0")/hold_out.py" "$3/train.tmp" "$3/fit.h5" "$3/held.h5"
mv "$3/train.tmp" "$3/train.h5"
mv "$3/test.tmp" "$3/test.h5"
