/* What all importers share: a stream of samples into a dataset file. An importer is a member of
 * the command `import`: one file, one line in importers.def. */
#ifndef LOCKSTEP_LAUNCH_IMPORT_IMPORT_H
#define LOCKSTEP_LAUNCH_IMPORT_IMPORT_H

#include "io/dataset.h"
#include "launch/command.h"

/* Flags of every importer; the first field of an importer's own flags. */
struct ls_import_flags {
    const char *out;
    bool force;
};

/* Rows of a flags table for them, `type` being the struct that holds a `common`. */
#define LS_IMPORT_FLAGS(type)                                                                      \
    {"out", LS_STRING, offsetof(type, common.out), NULL, 0, 0, NULL, "dataset to write"},          \
    {                                                                                              \
        "force", LS_BOOL, offsetof(type, common.force), "false", 0, 0, NULL,                       \
            "replace the file at --out"                                                            \
    }

struct ls_import {
    struct ls_dataset_spec spec;
    void *context;
    /* The next n samples: x in the element of the spec, and classes or values as the spec has
     * labels (the others NULL). Errors: LS_DATA. */
    ls_status (*read)(void *context, size_t n, void *x, int32_t *classes, float *values);
};

/** Writes all samples, then one line to stdout: "train.h5: 60000 samples of (1, 28, 28) uint8, 10
 *  classes".
 *  Errors: what `read` says; LS_DATA: a negative class, with its sample; LS_USAGE: the file exists
 *  and --force is not given, a sample above 1 GiB; LS_OTHER: cannot write.  Nothing is left
 *  behind.  Collective: no. */
ls_status ls_import_write(const struct ls_import *import, const struct ls_import_flags *flags);

/** Fails when --out exists and --force is not given, before any work is done.
 *  Errors: LS_USAGE.  Collective: no. */
ls_status ls_import_check_out(const struct ls_import_flags *flags);

/** Bytes of one element on disk.  Collective: no. */
size_t ls_element_bytes(enum ls_element element);

/** Product of `axes` sizes times `size`; false when it does not fit into SIZE_MAX / 2.
 *  Collective: no. */
bool ls_import_bytes(int axes, const size_t *dims, size_t size, size_t *bytes);

#endif
