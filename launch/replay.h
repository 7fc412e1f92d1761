/* Hard examples as a run keeps them: planned with the session, into checkpoints and back. */
#ifndef LOCKSTEP_LAUNCH_REPLAY_H
#define LOCKSTEP_LAUNCH_REPLAY_H

#include "launch/session.h"

/** Plans s->replay where the job has sampler.hard, once the plan of the steps is there.
 *  Errors: LS_DATA: labels that cannot be read; memory.  Owner: the session's arena.
 *  Collective: yes. */
ls_status ls_session_replay(struct ls_session *s);

/** Takes what a checkpoint remembers, and the pool as it lies at the checkpoint's step. A
 * checkpoint of a job without sampler.hard remembers nothing. Errors: LS_USAGE: it remembers
 * another number of samples; LS_DATA.  Collective: yes. */
ls_status ls_replay_restore(struct ls_session *s, const struct ls_checkpoint *checkpoint);

/** Takes memory of rank 0 for what ls_replay_save writes, into n_losses, losses and pool of a
 *  checkpoint: 4 bytes for each sample, 8 where hard examples are drawn.
 *  Owner: the session's arena.  Errors: memory.  Collective: no. */
ls_status ls_replay_plan_save(const struct ls_session *s, struct ls_checkpoint *checkpoint);

/** Gathers all that is remembered on rank 0.
 *  checkpoint  rank 0's, planned; not looked at elsewhere
 *  Collective: yes.  Errors: none.  Cost: a gather of 4 bytes a sample, in pieces. */
void ls_replay_save(const struct ls_session *s, struct ls_checkpoint *checkpoint);

#endif
