/* The memory of a rank's passes through the model: activations, their gradients, scratch, and
 * the gradients of parameters on their way up the tree. Sized by the plan, so that a step
 * allocates nothing.
 *
 * Each local shard has a slab with room for max_n samples of every tensor (src/step/placement.h).
 * Parameter gradients of a layer are computed shard by shard into slots, added up the local part
 * of the fixed tree, and end as this rank's pieces, where the reducer takes them. */
#ifndef LOCKSTEP_STEP_WORKSPACE_H
#define LOCKSTEP_STEP_WORKSPACE_H

#include "src/data/loader.h"
#include "src/model/model.h"
#include "src/step/placement.h"
#include "src/step/profile.h"
#include "src/tree/fold.h"

/* What rides beside the gradients in the reduction: sums over samples, then one flag a rank. */
enum ls_tail { LS_TAIL_VALUE, LS_TAIL_WEIGHT, LS_TAIL_FAILED, LS_TAIL_STOP, LS_TAIL_LEN };

struct ls_miner;
struct ls_watch;

struct ls_workspace {
    const struct ls_model *model;
    const struct ls_tree *tree;
    const struct ls_peers *peers;
    int threads;
    int shards;   /* local */
    size_t max_n; /* samples of a shard, at most */
    size_t *n;    /* (shards) samples of each in the batch at hand */

    struct ls_timeline forward;
    struct ls_placement placement;
    unsigned char *slabs; /* (shards, placement.bytes) */
    real *scratch;        /* (threads, scratch_len) */
    size_t scratch_len;

    /* training only */
    struct ls_timeline backward;
    bool *needs_gradient;    /* (layers) it or something before it is trained */
    struct ls_wiring *spill; /* (layers) offset in the spill of a second reader's gradient, -1 */
    real *spilled;           /* (threads, spill_len) */
    size_t spill_len;
    real *slots; /* (tree->n_slots, slot_len) for what is not a piece yet */
    size_t slot_len;
    int *slot_piece; /* (tree->n_slots) the piece that a slot holds in the end, -1: none */
    struct ls_reducer reducer; /* of the n_summed first elements; its sum has room for n_params */
    real *exchanged;           /* (n_params - n_summed) gradients out of exchanges: the end of the
                                  sum on the node's first rank, which all ranks of it read */
    double *tail_leaves;       /* (shards, LS_TAIL_LEN) */
    double *leaves;            /* (threads, fold.max_len) of a run */
    struct ls_fold fold;       /* for exchanges, and the tails */
    struct ls_miner *miner;    /* NULL: the loss takes every example of a batch */
    float *losses;             /* (shards, max_n) of every sample of the batch; NULL: not kept */

    struct ls_profile *profile; /* NULL: time is not measured */
    struct ls_watch *watch;     /* NULL: nobody looks at the layers */
};

/** Plans and allocates for global batches of up to `batch` samples.
 *  training  false: no backward pass
 *  Owner: arena.  Errors: memory, when training the same on all ranks.  Collective: yes. */
ls_status ls_workspace_init(struct ls_workspace *ws, const struct ls_model *model,
                            const struct ls_tree *tree, const struct ls_peers *peers, size_t batch,
                            int threads, bool training, struct ls_arena *arena);

/** The same passes as those of `like`, in memory where no tensor takes another's place: after a
 * pass all outputs and their gradients are there. All but the tensors is that of `like`, which must
 *  outlive it; only one of the two may be in a pass.
 *  Owner: arena.  Errors: memory.  Collective: no. */
ls_status ls_workspace_keep(struct ls_workspace *ws, const struct ls_workspace *like,
                            struct ls_arena *arena);

/** The batches of `plan` will come: what layers make for the sizes of local shards is made now
 *  instead of in a step.
 *  Collective: no.  Errors: none. */
void ls_workspace_expect(const struct ls_workspace *ws, const struct ls_plan *plan, bool training);

/** A buffer of local shard `shard`; NULL for LS_NO_BUFFER.  Collective: no. */
static inline void *ls_workspace_buffer(const struct ls_workspace *ws, int buffer, int shard)
{
    return buffer < 0 ? NULL
                      : ws->slabs + (size_t)shard * ws->placement.bytes +
                            ws->placement.buffers[buffer].place;
}

/** Output of layer l, and the gradient of it: NULL where none is needed. What they hold may be
 *  overwritten once it has been read for the last time.  Collective: no. */
static inline real *ls_workspace_y(const struct ls_workspace *ws, int l, int shard)
{
    return ls_workspace_buffer(ws, ws->placement.y[l], shard);
}

static inline real *ls_workspace_dy(const struct ls_workspace *ws, int l, int shard)
{
    return ls_workspace_buffer(ws, ws->placement.dy[l], shard);
}

/** Outputs of the last layer for local shard `shard`, (n, K).  Collective: no. */
static inline const real *ls_workspace_output(const struct ls_workspace *ws, int shard)
{
    return ls_workspace_y(ws, ws->model->n_layers - 1, shard);
}

#endif
