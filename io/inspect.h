/* What any HDF5 file holds, for `lockstep inspect`: the launch side prints it. */
#ifndef LOCKSTEP_IO_INSPECT_H
#define LOCKSTEP_IO_INSPECT_H

#include <stdint.h>

#include "src/base/arena.h"

enum ls_file_kind {
    LS_FILE_CHECKPOINT, /* of Lockstep, whatever its format version */
    LS_FILE_DATASET,    /* has the inputs asked for, numbers of 2 to 4 axes */
    LS_FILE_OTHER       /* HDF5 of another purpose */
};

/* One dataset. */
struct ls_file_entry {
    const char *path;      /* "/model/conv1/weight" */
    const char *shape;     /* "(60000, 28, 28)", "()" of a scalar */
    const char *type;      /* "float32", "uint8", "int16 big-endian", "string", "compound" … */
    const char *layout;    /* "contiguous", "compact", "virtual", "chunks (100, 28, 28), gzip" */
    uint64_t stored_bytes; /* in the file */
};

struct ls_inspection {
    enum ls_file_kind kind;
    uint64_t file_bytes;
    size_t n_entries;
    struct ls_file_entry *entries; /* in order of name at each level */
};

/** Describes the file; reads no values.
 *  inputs  the dataset that makes a file a dataset ("x")
 *  Errors: LS_DATA: missing, not HDF5, damaged.  Owner: arena.  Collective: no. */
ls_status ls_inspect(const char *path, const char *inputs, struct ls_inspection *inspection,
                     struct ls_arena *arena);

#endif
