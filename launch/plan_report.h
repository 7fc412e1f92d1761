/* The plan of a run's first batches, for a person: how many samples of each class they hold, and
 * how these are spread over the shards. */
#ifndef LOCKSTEP_LAUNCH_PLAN_REPORT_H
#define LOCKSTEP_LAUNCH_PLAN_REPORT_H

#include "launch/session.h"

/** Prints it to stdout, where there are classes or groups.
 *  Errors: LS_DATA: labels cannot be read; memory.  Collective: no. */
ls_status ls_plan_report(struct ls_session *session);

#endif
