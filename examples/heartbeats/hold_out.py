"""hold_out.py ALL FIT HELD: parts a dataset of beats by patient, 5 of 22 held out, so that methods
can be chosen without the test set. Needs Debian's python3-h5py."""

import sys

import h5py
import numpy

PATIENTS = [118, 124, 201, 215, 223]

with h5py.File(sys.argv[1]) as beats:
    held = numpy.isin(beats["record"][:], PATIENTS)
    for path, part in ((sys.argv[2], ~held), (sys.argv[3], held)):
        with h5py.File(path, "w") as out:
            for name in ("x", "y"):
                out[name] = beats[name][:][part]
            out.attrs["classes"] = beats.attrs["classes"]
