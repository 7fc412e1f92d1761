"""beats.py DATA FOLDER: every beat of MIT-BIH with its neighbours, the beat before, itself and the
beat after as three channels, all of one patient: what is usual for a patient can be seen.

Leaves train.h5 (DS1) and test.h5 (DS2), and of DS1 fit.h5 and held.h5, 17 and 5 patients, so that
methods can be chosen without the test set. Needs Debian's python3-h5py."""

import sys

import h5py
import numpy

HELD = [118, 124, 201, 215, 223]


def with_neighbours(x, record):
    n = len(record)
    here = numpy.arange(n)
    before, after = numpy.maximum(here - 1, 0), numpy.minimum(here + 1, n - 1)
    before = numpy.where(record[before] == record, before, here)
    after = numpy.where(record[after] == record, after, here)
    return numpy.concatenate([x[before], x, x[after]], axis=1)


def write(path, x, y, classes):
    with h5py.File(path, "w") as out:
        out["x"], out["y"] = x, y
        out.attrs["classes"] = classes


data, folder = sys.argv[1:]
for part in ("train", "test"):
    with h5py.File(f"{data}/mitbih/mitbih-{part}.h5") as beats:
        record, y = beats["record"][:], beats["y"][:]
        x = with_neighbours(beats["x"][:], record)
        classes = beats.attrs["classes"]
    if part == "train":
        held = numpy.isin(record, HELD)
        write(f"{folder}/fit.h5", x[~held], y[~held], classes)
        write(f"{folder}/held.h5", x[held], y[held], classes)
    write(f"{folder}/{part}.h5", x, y, classes)
