/* The memory of a rank's passes through the model: activations, their gradients, scratch, and
 * the gradients of parameters on their way up the tree. Sized by the plan, so that a step
 * allocates nothing.
 *
 * Every array over samples has room for max_n samples in each local shard: shard i begins at
 * i * max_n. Parameter gradients of a layer are computed shard by shard into slots, added up the
 * local part of the fixed tree, and end as this rank's pieces. */
#ifndef LOCKSTEP_STEP_WORKSPACE_H
#define LOCKSTEP_STEP_WORKSPACE_H

#include "src/data/loader.h"
#include "src/model/model.h"
#include "src/step/profile.h"
#include "src/tree/fold.h"

/* What rides beside the gradients in the reduction: sums over samples, then one flag a rank. */
enum ls_tail { LS_TAIL_VALUE, LS_TAIL_WEIGHT, LS_TAIL_FAILED, LS_TAIL_STOP, LS_TAIL_LEN };

struct ls_workspace {
    const struct ls_model *model;
    const struct ls_tree *tree;
    const struct ls_peers *peers;
    int threads;
    int shards;   /* local */
    size_t max_n; /* samples of a shard, at most */
    size_t *n;    /* (shards) samples of each in the batch at hand */

    real **y;              /* (layers) outputs */
    unsigned char **saved; /* (layers) */
    size_t *saved_bytes;   /* (layers) of one shard */
    real *scratch;         /* (threads, scratch_len) */
    size_t scratch_len;

    /* training only */
    real **dy;               /* (layers) NULL where no gradient is needed */
    bool *needs_gradient;    /* (layers) it or something before it is trained */
    struct ls_wiring *spill; /* (layers) offset in the spill of a second reader's gradient, -1 */
    real *spilled;           /* (threads, spill_len) */
    size_t spill_len;
    real *slots; /* (tree->n_slots, slot_len) */
    size_t slot_len;
    struct ls_reducer reducer;  /* of the n_summed first elements; its sum has room for n_params */
    double *tail_leaves;        /* (shards, LS_TAIL_LEN) */
    struct ls_fold fold;        /* for exchanges, and the tails */
    struct ls_profile *profile; /* NULL: time is not measured */
};

/** Plans and allocates for global batches of up to `batch` samples.
 *  training  false: no backward pass
 *  Owner: arena.  Errors: memory, when training the same on all ranks.  Collective: yes. */
ls_status ls_workspace_init(struct ls_workspace *ws, const struct ls_model *model,
                            const struct ls_tree *tree, const struct ls_peers *peers, size_t batch,
                            int threads, bool training, struct ls_arena *arena);

/** The batches of `plan` will come: what layers make for the sizes of local shards is made now
 *  instead of in a step.
 *  Collective: no.  Errors: none. */
void ls_workspace_expect(const struct ls_workspace *ws, const struct ls_plan *plan, bool training);

/** Outputs of the last layer for local shard `shard`, (n, K).  Collective: no. */
static inline const real *ls_workspace_output(const struct ls_workspace *ws, int shard)
{
    const int last = ws->model->n_layers - 1;
    return ws->y[last] + (size_t)shard * ws->max_n * ws->model->output.c;
}

#endif
