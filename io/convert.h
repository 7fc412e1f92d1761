/* Elements as they lie in a file to float, without HDF5 and so without its lock, for the common
 * types of this machine; the results are those of HDF5's own conversion. */
#ifndef LOCKSTEP_IO_CONVERT_H
#define LOCKSTEP_IO_CONVERT_H

#include "io/hdf5.h"

/* dst[i] = (float)src[i], i < n; src aligned as its type asks */
typedef void ls_convert(const void *restrict src, size_t n, float *restrict dst);

/** The conversion from HDF5's type `type`, NULL when HDF5 must do it. Needs the lock; the
 *  conversion itself does not.  Collective: no. */
ls_convert *ls_convert_find(hid_t type);

#endif
