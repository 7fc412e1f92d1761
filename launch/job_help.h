/* What a job file may say, written from the tables that parse it. */
#ifndef LOCKSTEP_LAUNCH_JOB_HELP_H
#define LOCKSTEP_LAUNCH_JOB_HELP_H

#include <stdio.h>

/** Keys, layers, losses, optimisers and metrics.  Collective: no. */
void ls_job_help(FILE *file);

#endif
