/* Where samples come from: declared here, provided by io from HDF5 (and by tests from memory).
 * Several loaders may read one source, each from its own thread: a lock lets in one at a time. */
#ifndef LOCKSTEP_DATA_SOURCE_H
#define LOCKSTEP_DATA_SOURCE_H

#include <pthread.h>
#include <stdint.h>

#include "src/base/arena.h"
#include "src/base/dims.h"

struct ls_source_ops;

struct ls_source {
    const struct ls_source_ops *ops;
    void *context;
    pthread_mutex_t lock;  /* PTHREAD_MUTEX_INITIALIZER */
    const char *path;      /* for messages */
    uint64_t len;          /* samples */
    struct ls_shape shape; /* of one sample */
    bool has_labels;
    bool labels_are_classes; /* y is (N) of an integer type; else (N, K) or (N) reals */
    size_t label_len;        /* K of (N, K); 1 for (N) */
    size_t n_class_names;
    const char *const *class_names; /* attribute `classes` of the file */
    bool has_groups;                /* a group of every sample beside its label */
    size_t n_group_names;
    const char *const *group_names; /* attribute `classes` of the dataset of groups */
    size_t held;                    /* bytes of samples in memory of the node */
    const char *note;               /* what a person should know about reading it; NULL: nothing */
};

struct ls_source_ops {
    ls_status (*read_x)(void *context, const uint64_t *samples, size_t n, float *x);
    ls_status (*read_classes)(void *context, const uint64_t *samples, size_t n, int64_t *classes);
    ls_status (*read_values)(void *context, const uint64_t *samples, size_t n, float *values);
    ls_status (*read_groups)(void *context, const uint64_t *samples, size_t n, int64_t *groups);
    void (*expect)(void *context, const uint64_t *samples, size_t n); /* NULL: no use of it */
    void (*close)(void *context);
};

/** Reads n samples by number, in any order, repeated or not, in the file's layout (C, H, W).
 *  x  (n, C, H, W)  overwritten
 *  Errors: LS_DATA, naming the file and what it could not read.  Collective: no. */
ls_status ls_source_read_x(struct ls_source *source, const uint64_t *samples, size_t n, float *x);

/** Labels as classes, unchecked; only when labels_are_classes.  classes (n).  Collective: no. */
ls_status ls_source_read_classes(struct ls_source *source, const uint64_t *samples, size_t n,
                                 int64_t *classes);

/** Groups, unchecked; only when has_groups.  groups (n).  Collective: no. */
ls_status ls_source_read_groups(struct ls_source *source, const uint64_t *samples, size_t n,
                                int64_t *groups);

/* Either of the two. */
typedef ls_status ls_source_read_whole(struct ls_source *source, const uint64_t *samples, size_t n,
                                       int64_t *numbers);

/** Labels as reals, whatever their type.  values (n, label_len).  Collective: no. */
ls_status ls_source_read_values(struct ls_source *source, const uint64_t *samples, size_t n,
                                float *values);

/** Says that x of these samples will be read soon, so that a slow disk begins.
 *  Collective: no.  Errors: none. */
void ls_source_expect(struct ls_source *source, const uint64_t *samples, size_t n);

/** Whether n rows of `len` values are all finite; LS_DATA with the sample when not.
 *  what  "x" or "y"     values  (n, len) of `samples` (n)
 *  Collective: no. */
ls_status ls_source_check_finite(const struct ls_source *source, const char *what,
                                 const float *values, size_t len, const uint64_t *samples,
                                 size_t n);

/** Takes a zeroed source.  Collective: no. */
void ls_source_close(struct ls_source *source);

#endif
