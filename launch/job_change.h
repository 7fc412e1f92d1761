/* What has changed between the job that a run was begun with and the one that it goes on with. */
#ifndef LOCKSTEP_LAUNCH_JOB_CHANGE_H
#define LOCKSTEP_LAUNCH_JOB_CHANGE_H

#include <stdint.h>

#include "src/base/node.h"

/** Compares two resolved jobs as trees: the order of keys and the way a number is written do not
 *  count, nor do keys that have no part in the result (threads, checkpoint, paths of data, ...).
 *  Another length counts only where the learning rate follows it.
 *  changed  "optimizer, data.augment", "" when nothing is; lives in `arena`
 *  Errors: LS_USAGE: another model, or another kind of optimiser; memory.  Collective: no. */
ls_status ls_job_change(const struct ls_node *before, const struct ls_node *now,
                        uint64_t steps_per_epoch, const char **changed, struct ls_arena *arena);

#endif
