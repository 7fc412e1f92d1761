/* The passes of a step over the layers, all local shards together, threads over shards. */
#ifndef LOCKSTEP_STEP_PASS_H
#define LOCKSTEP_STEP_PASS_H

#include "src/step/workspace.h"

/* What is the same for all layers of one pass. */
struct ls_pass {
    struct ls_workspace *ws;
    const struct ls_batch *batch;
    uint64_t seed;
    bool training;
};

/* Samples [first, first + n) of a local shard, on a thread. */
struct ls_run {
    int shard, thread;
    size_t first, n;
};

/** The whole of local shard `shard`.  Collective: no. */
struct ls_run ls_run_all(const struct ls_pass *pass, int shard, int thread);

/** The call of layer l for a run, without gradients.  Collective: no. */
struct ls_call ls_pass_call(const struct ls_pass *pass, int l, const struct ls_run *run);

/** Calls `work` for layers of the group with one run of samples after another; once, with none,
 *  where the shard is empty.
 *  Collective: no. */
typedef void ls_run_work(const struct ls_pass *pass, const struct ls_group *group,
                         const struct ls_run *run);
void ls_pass_group(const struct ls_pass *pass, const struct ls_group *group, int shard, int thread,
                   ls_run_work *work);

/** Where a run's leaf goes, of layer l and `len` doubles; ls_pass_leaf_done then merges it into
 *  the shard's.
 *  Collective: no. */
double *ls_pass_leaf(const struct ls_pass *pass, const struct ls_run *run, size_t len);
void ls_pass_leaf_done(const struct ls_pass *pass, const struct ls_run *run, ls_merge *merge,
                       size_t len);

/** All layers, forward, with the parameters that ls_model_prepare last saw. A batch that could not
 * be read counts as empty on this rank. Collective: yes (exchanges), in training.  Errors: none. */
void ls_forward(const struct ls_pass *pass);

/** Targets of local shard `shard`.  Collective: no. */
struct ls_targets ls_pass_targets(const struct ls_pass *pass, const struct ls_loss *loss,
                                  int shard);

/** The loss of every shard, into the tail leaves, and the gradient of the outputs.
 *  Collective: yes, where the workspace has a miner.  Errors: none. */
void ls_pass_loss(const struct ls_pass *pass, const struct ls_loss *loss);

/** All layers, backward; hands this rank's pieces of the gradient to the reducer.
 *  Collective: yes (exchanges).  Errors: none. */
void ls_backward(const struct ls_pass *pass);

/** Waits for the gradient in the reducer's sum; returns the tail (LS_TAIL_LEN) over all samples,
 *  which lies in the fold until the next exchange.
 *  failed, stop  this rank's flags
 *  Collective: yes.  Errors: none. */
const double *ls_pass_reduce(const struct ls_pass *pass, bool failed, bool stop);

#endif
