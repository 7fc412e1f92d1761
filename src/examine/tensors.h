/* The tensors of a step in the order in which it computes them, and where they are bad: what
 * src/examine/look.c looks through. Private to src/examine. */
#ifndef LOCKSTEP_EXAMINE_TENSORS_H
#define LOCKSTEP_EXAMINE_TENSORS_H

#include "src/examine/look.h"

/* A step that has been run in a workspace that keeps all. */
struct ls_examined {
    const struct ls_trainer *trainer;
    struct ls_workspace *ws;
    const struct ls_batch *batch;
    struct ls_gradient gradient;
    const struct ls_record *record;
    float *file;                    /* room for the largest parameter, in the layout of files */
    real *memory[1 + LS_MAX_SLOTS]; /* likewise, in that of memory; of slots after an update */
};

/* One of them. */
struct ls_examined_tensor {
    uint64_t order;
    enum ls_place place;
    int layer;
};

/** How many there are; tensor number `order`.  Collective: no. */
uint64_t ls_examined_len(const struct ls_examined *step);
struct ls_examined_tensor ls_examined_tensor(const struct ls_examined *step, uint64_t order);

/** Values of local shard `shard`, (n, H, W, C), and their shape: of tensors that have samples; NULL
 *  where there are none.  Collective: no. */
const real *ls_examined_rows(const struct ls_examined *step, const struct ls_examined_tensor *t,
                             int shard, struct ls_shape *shape);

/** Looks for the first value of tensor `t` that is not finite, in this rank's shards; fills `bad`
 *  but for its samples and the rank.  Collective: no. */
bool ls_examined_find(const struct ls_examined *step, const struct ls_examined_tensor *t,
                      struct ls_bad *bad);

/** What the tensor of `bad` was computed from: the input of its layer, or the gradient of its
 *  output.  Collective: no. */
struct ls_examined_tensor ls_examined_before(const struct ls_examined *step,
                                             const struct ls_bad *bad);

/** This rank's samples with such values: fills n_values, n_samples and samples.
 *  Collective: no. */
void ls_examined_count(const struct ls_examined *step, const struct ls_examined_tensor *t,
                       struct ls_bad *bad);

/** Fills look->tensor and look->before from the rank that holds them.
 *  Owner: arena.  Errors: memory, agreed.  Collective: yes. */
ls_status ls_examined_keep(const struct ls_examined *step, struct ls_look *look,
                           struct ls_arena *arena);

#endif
