/* The first step of a job as `check` takes it: what train would plan, and one pass forward and
 * backward at the initial weights, whose figures by layer are the same on any number of ranks. */
#ifndef LOCKSTEP_LAUNCH_CHECK_STEP_H
#define LOCKSTEP_LAUNCH_CHECK_STEP_H

#include "launch/session.h"
#include "src/step/trainer.h"
#include "src/step/watch.h"

struct ls_check_step {
    struct ls_workspace ws;
    struct ls_trainer trainer;
    struct ls_watch watch;
    struct ls_record record;
    char failure[LS_MESSAGE_LEN]; /* why the step has no figures, "" when it has */
};

/** Plans the memory of training.  Owner: the session's arena.  Errors: memory.
 *  Collective: yes. */
ls_status ls_check_step_plan(struct ls_check_step *step, struct ls_session *session);

/** Takes the step. Not finite is a finding, no error.
 *  Errors: LS_DATA: the batch cannot be read; memory.  Collective: yes. */
ls_status ls_check_step_run(struct ls_check_step *step, struct ls_session *session);

/** Writes the figures, a layer a line.  Collective: no; rank 0. */
ls_status ls_check_step_print(const struct ls_check_step *step, struct ls_session *session);

#endif
