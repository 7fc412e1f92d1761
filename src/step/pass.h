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

/** The call for local shard `shard` of layer l, without gradients.  Collective: no. */
struct ls_call ls_pass_call(const struct ls_pass *pass, int l, int shard, int thread);

/** All layers, forward, with the parameters that ls_model_prepare last saw. A batch that could not
 * be read counts as empty on this rank. Collective: yes (exchanges), in training.  Errors: none. */
void ls_forward(const struct ls_pass *pass);

/** The loss of every shard, into the tail leaves, and the gradient of the outputs.
 *  Collective: no.  Errors: none. */
void ls_pass_loss(const struct ls_pass *pass, const struct ls_loss *loss);

/** All layers, backward; leaves this rank's pieces of the gradient.
 *  Collective: yes (exchanges).  Errors: none. */
void ls_backward(const struct ls_pass *pass);

/** Pieces and tails of all ranks up the fixed tree; the root ends in pieces[0] and tails[0].
 *  failed, stop  this rank's flags
 *  Collective: yes.  Errors: none. */
void ls_pass_reduce(const struct ls_pass *pass, bool failed, bool stop);

#endif
