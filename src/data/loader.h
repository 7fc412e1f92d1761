/* Batches, read ahead of the step by a thread of their own: the plan says which samples, the
 * source reads them, the transform makes them what the model sees. While step s computes in one
 * buffer, the reader fills others with steps s + 1, s + 2 and, where they are small, up to s + 7,
 * so that a batch may take longer than a step now and then. A rank holds its own shards' samples
 * only. What fails while reading rides in the batch, so that the step can tell all ranks. */
#ifndef LOCKSTEP_DATA_LOADER_H
#define LOCKSTEP_DATA_LOADER_H

#include "src/data/plan.h"
#include "src/data/transform.h"
#include "src/losses/loss.h"
#include "src/tree/tree.h"

/* Why a batch was read but cannot be trained on. */
enum ls_refused {
    LS_REFUSED_NOT,   /* it can, or it could not be read */
    LS_REFUSED_X,     /* a value of x is not finite, when asked to check */
    LS_REFUSED_Y,     /* likewise of y */
    LS_REFUSED_CLASS, /* a label is none of the model's classes */
    LS_REFUSED_SHARE  /* a label is outside 0 to 1, where the loss takes such */
};

/* One rank's part of a global batch. Shard i (from 0, local) holds n[i] samples; its rows begin
 * at i * max_n in every array. */
struct ls_batch {
    uint64_t step, epoch;
    size_t global_n; /* samples of the global batch */
    size_t max_n;    /* room of a shard */
    size_t *n;       /* (local shards) */
    size_t *row;     /* (local shards) place of the shard's first sample in the global batch */
    uint64_t *samples;
    uint64_t *occasions; /* what tells the draws of one sample apart, for augmentation */
    real *x;             /* (local shards, max_n, H, W, C) */
    int32_t *classes;    /* (local shards, max_n), or NULL */
    real *values;        /* (local shards, max_n, K), or NULL */
    ls_status status;    /* of reading it; the message is `message` */
    enum ls_refused refused;
    char message[LS_MESSAGE_LEN];
};

/* What a loader reads; everything is borrowed and must outlive the loader. */
struct ls_loader_spec {
    struct ls_source *source;
    const struct ls_plan *plan;
    const struct ls_transform *transform;
    const struct ls_tree *tree;
    size_t room;   /* samples of a global batch to have room for, as the workspace has; 0: the
                      plan's */
    bool training; /* augment */
    bool labels;   /* read them */
    bool to_input; /* values are the input itself, in the order of files, and no labels are read */
    bool check;    /* refuse values that are not finite */
    enum ls_target_kind target;
    bool shares;    /* values are labels or probabilities: refuse those outside [0, 1] */
    size_t k;       /* outputs of the model */
    uint64_t limit; /* no step from here on is read before ls_loader_limit; 0: all may be */
};

struct ls_loader;

/** Starts the reader thread, which begins with step `first`.
 *  Errors: LS_DATA: labels of another kind or length than the loss takes; memory.
 *  Free with ls_loader_free.  Collective: no. */
ls_status ls_loader_create(struct ls_loader **loader, const struct ls_loader_spec *spec,
                           uint64_t first);

/** The next step's batch, valid until the next call. Waits for the reader.
 *  Collective: no.  Errors: in the batch. */
const struct ls_batch *ls_loader_next(struct ls_loader *loader);

/** From now on steps below `limit` may be read, by the next calls of ls_loader_next.
 *  Collective: no. */
void ls_loader_limit(struct ls_loader *loader, uint64_t limit);

/** Stops the thread. Takes NULL.  Collective: no. */
void ls_loader_free(struct ls_loader *loader);

/** Whether the labels of `source` suit a loss; LS_DATA or LS_USAGE with a hint when not.
 *  Collective: no. */
ls_status ls_loader_check_labels(const struct ls_source *source, enum ls_target_kind target,
                                 size_t k);

#endif
