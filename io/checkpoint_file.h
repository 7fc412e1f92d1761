/* What writing and reading a checkpoint share: names in the file, and the reading of its parts.
 * All functions need the lock. */
#ifndef LOCKSTEP_IO_CHECKPOINT_FILE_H
#define LOCKSTEP_IO_CHECKPOINT_FILE_H

#include "io/checkpoint.h"
#include "io/hdf5.h"

#define LS_CHECKPOINT_FORMAT "lockstep checkpoint"
/* 1: without best_step and checksum. */
enum { LS_CHECKPOINT_VERSION = 2 };

/** Everything but the tensors.  Errors: LS_DATA, LS_OTHER.  Owner: arena.  Collective: no. */
ls_status ls_checkpoint_read_head(const char *path, hid_t file, struct ls_checkpoint *checkpoint,
                                  struct ls_arena *arena);

/** The dataset `name` as float.
 *  Errors: LS_DATA: not a real type, not 1 to 4 axes, cannot be read.  Owner: arena.
 *  Collective: no. */
ls_status ls_tensor_read(const char *path, hid_t file, const char *name, struct ls_tensor *tensor,
                         struct ls_arena *arena);

/** All tensors below `group` after the *n that *tensors has room for already, in the order of
 *  ls_hdf5_datasets. Datasets without axes or of integers are passed over.
 *  Errors: LS_DATA, LS_OTHER.  Owner: arena.  Collective: no. */
ls_status ls_tensors_read(const char *path, hid_t file, const char *group, size_t *n,
                          struct ls_tensor **tensors, struct ls_arena *arena);

/** A checksum of all that a checkpoint says, whatever the order of its tensors; never 0. HDF5 has
 *  one for every chunk and every header; this one finds what is whole and does not belong, as a
 *  tensor that is missing or under another's name. What is added to a checkpoint belongs in here.
 *  Collective: no. */
uint64_t ls_checkpoint_sum(const struct ls_checkpoint *checkpoint);

/** Whether the finished file at `written` holds what was to be written, bit for bit.
 *  Errors: LS_DATA that says what differs, LS_OTHER.  Collective: no. */
ls_status ls_checkpoint_verify(const char *written, const struct ls_checkpoint *checkpoint);

#endif
