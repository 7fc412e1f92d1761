/* What all of io needs from HDF5. The serial library is not thread-safe, and the reader thread
 * reads while a checkpoint is written: whoever calls HDF5 holds the one lock of the process.
 * Public functions of io take it; the functions declared here expect it to be held. */
#ifndef LOCKSTEP_IO_HDF5_H
#define LOCKSTEP_IO_HDF5_H

/* The functions of one version of the interface, whichever the library's default is. */
#define H5_USE_18_API
#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/base/arena.h"

enum { LS_HDF5_AXES = 4 };

/* Element type and shape of a dataset. */
struct ls_hdf5_shape {
    H5T_class_t class; /* H5T_ENUM (h5py's bool) counts as H5T_INTEGER */
    size_t element_bytes;
    int axes; /* may exceed LS_HDF5_AXES, dims are then those of the first; -1: null dataspace */
    hsize_t dims[LS_HDF5_AXES];
};

/** Takes the lock, in the order in which threads ask for it, and keeps HDF5 from printing on this
 *  thread. A long operation lets go of it between its parts.  Collective: no. */
void ls_hdf5_lock(void);

/** Collective: no. */
void ls_hdf5_unlock(void);

/** Lets whoever waits for the lock go first; no failure may be waiting to be told.
 *  Collective: no. */
void ls_hdf5_yield(void);

/** Closes any id but a file that was written to; takes 0 and negative ids. The cause of an
 *  earlier failure stays to be asked for.  Collective: no. */
void ls_hdf5_close(hid_t id);

/** Opens a file for reading. Where the file system knows no locks, goes on without.
 *  Errors: LS_DATA: missing, a folder, not HDF5, truncated, open for writing elsewhere.
 *  Collective: no. */
ls_status ls_hdf5_open(const char *path, hid_t *file);

/** Fails with "PATH is truncated or damaged: WHAT: cause".  Collective: no. */
ls_status ls_hdf5_damaged(const char *path, const char *what);

/** Errors: LS_DATA.  Collective: no. */
ls_status ls_hdf5_shape_get(const char *path, const char *name, hid_t dataset,
                            struct ls_hdf5_shape *shape);

/** "(60000, 28, 28)", into `text` of LS_SHAPE_TEXT; "..." stands for axes past the fourth.
 *  Collective: no. */
const char *ls_hdf5_shape_text(const struct ls_hdf5_shape *shape, char *text);

/** The strings of an attribute of fixed or variable length; *n = 0 when there is no such
 *  attribute or it is no list of strings.
 *  Errors: LS_DATA when it cannot be read, LS_OTHER.  Owner: arena.  Collective: no. */
ls_status ls_hdf5_strings(const char *path, hid_t object, const char *name, size_t *n,
                          const char *const **strings, struct ls_arena *arena);

/** All datasets below the group, full paths in order of name at each level. Soft and external
 *  links are not followed.  Errors: LS_DATA, LS_OTHER.  Owner: arena.  Collective: no. */
ls_status ls_hdf5_datasets(const char *path, hid_t file, const char *group, size_t *n,
                           const char ***names, struct ls_arena *arena);

/** Whether a name leads to something, also when a group on the way is missing.
 *  Collective: no. */
bool ls_hdf5_has(hid_t file, const char *name);

#endif
