/* What a step leaves behind for hard examples: the loss of every row of its batch, told to the
 * rank that remembers it. */
#ifndef LOCKSTEP_STEP_REMEMBER_H
#define LOCKSTEP_STEP_REMEMBER_H

#include "src/hard/recall.h"
#include "src/step/pass.h"

struct ls_remember {
    size_t room;                /* rows of a global batch */
    struct ls_recall_row *mine; /* (local shards, max_n) */
    struct ls_recall_row *all;  /* (room) */
    size_t *bytes;              /* (size) */
};

/** For batches of up to `batch` rows; from now on the passes of the workspace keep every row's
 *  loss.  Owner: arena.  Errors: memory.  Collective: no. */
ls_status ls_remember_init(struct ls_remember *remember, struct ls_workspace *ws, size_t batch,
                           struct ls_arena *arena);

/** Remembers the losses of a batch whose step is done, in the order of its rows.
 *  Collective: yes.  Errors: none.  Cost: a gather of 16 bytes a row. */
void ls_remember(struct ls_remember *remember, const struct ls_workspace *ws,
                 const struct ls_batch *batch, struct ls_recall *recall);

#endif
