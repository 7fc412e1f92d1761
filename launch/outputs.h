/* The outputs of a model for a batch whose shards lie on several ranks, brought together. */
#ifndef LOCKSTEP_LAUNCH_OUTPUTS_H
#define LOCKSTEP_LAUNCH_OUTPUTS_H

#include "launch/session.h"

struct ls_outputs {
    size_t k;
    real *mine, *all; /* (batch, K) */
    size_t *bytes;    /* (size) */
};

/** For the batches of a session.  Owner: the session's arena.  Errors: memory.  Collective: no. */
ls_status ls_outputs_init(struct ls_outputs *outputs, const struct ls_session *s);

/** The outputs of all rows of the batch that ls_forward has seen, in their order.
 *  Returns (global_n, K), valid until the next call.  Collective: yes.  Errors: none. */
const real *ls_outputs_gather(struct ls_outputs *outputs, const struct ls_workspace *ws,
                              const struct ls_batch *batch);

#endif
