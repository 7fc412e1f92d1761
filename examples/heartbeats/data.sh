#!/usr/bin/env bash
# examples/run.sh calls it as data.sh LOCKSTEP DATA FOLDER: leaves train.h5, test.h5, fit.h5 and
# held.h5 in FOLDER, see beats.py.
set -eu
python3 "$(dirname "$0")/beats.py" "$2" "$3"
