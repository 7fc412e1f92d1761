/* The parts of `data:` that have a shape of their own: valid, normalize, augment. */
#ifndef LOCKSTEP_JOB_DATA_H
#define LOCKSTEP_JOB_DATA_H

#include "src/job/job.h"

/** Reads valid, normalize and augment from their nodes.  Errors: LS_USAGE.  Owner: arena.
 *  Collective: no. */
ls_status ls_job_parse_data(struct ls_job_data *data, struct ls_arena *arena);

#endif
