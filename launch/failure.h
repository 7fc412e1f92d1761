/* failure.h5, from which a failure can be examined again without the data: a checkpoint
 * (io/checkpoint.h) of the state before the step that was refused, and beside it
 *
 *   /batch/x, y            the global batch as it is in the data
 *   /batch/samples         the samples' numbers
 *   /batch/occasions       what tells the draws of one sample apart, for augmentation
 *   /history/steps         (steps, 5): step, loss, lr, norm of the gradient, norm of the weights
 *   /history/gradients     (steps, layers): norm of each layer's gradient
 *   /history/start         (layers): norm of each layer's weights at the first of them
 *   /failure/error         what the step said     /failure/numbers   see below
 *   /failure/tensor        the first bad tensor, some samples of it
 *   /failure/before        what it was computed from */
#ifndef LOCKSTEP_LAUNCH_FAILURE_H
#define LOCKSTEP_LAUNCH_FAILURE_H

#include "launch/examination.h"

enum { LS_FAILURE_ARRAYS = 12, LS_SCALE_NUMBERS = 6 };

/* Places in /failure/numbers. */
enum ls_failure_number {
    LS_FAILURE_PER_EPOCH,
    LS_FAILURE_STEPS,
    LS_FAILURE_START,
    LS_FAILURE_HAS_PAST,
    LS_FAILURE_LOOKED,
    LS_FAILURE_PAST_X,
    LS_FAILURE_PAST_Y = LS_FAILURE_PAST_X + LS_SCALE_NUMBERS,
    LS_FAILURE_NUMBERS = LS_FAILURE_PAST_Y + LS_SCALE_NUMBERS
};

/* A failure that has been read: a run at the step that was refused. */
struct ls_failure {
    struct ls_session session;
    struct ls_workspace ws;
    struct ls_trainer trainer;
    struct ls_history history;
    struct ls_batch batch;
    const char *error;
    float *raw;         /* (n, C, H, W) the batch as in the data */
    const char *engine; /* that it happened with */
    bool has_past;
    struct ls_scale past_x, past_y;
};

/** Reads it, and plans all that the step needs, on any number of ranks.
 *  Errors: LS_DATA: not a failure, damaged; LS_USAGE; memory.  Owner: arena.  Collective: yes. */
ls_status ls_failure_open(struct ls_failure *failure, const char *path, size_t threads,
                          const struct ls_peers *peers, struct ls_arena *arena);

/** Takes a zeroed failure.  Collective: no. */
void ls_failure_release(struct ls_failure *failure);

#endif
