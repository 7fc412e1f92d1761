/* The folder checkpoints/ of a run. */
#ifndef LOCKSTEP_LAUNCH_RUN_CHECKPOINTS_H
#define LOCKSTEP_LAUNCH_RUN_CHECKPOINTS_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

enum { LS_MAX_CHECKPOINTS = 4096, LS_CHECKPOINT_NAME = 64 };

/** Steps of the newest LS_MAX_CHECKPOINTS checkpoints of a run, newest first; none where there is
 *  no such folder.
 *  steps  (LS_MAX_CHECKPOINTS)
 *  Errors: LS_DATA: the folder cannot be read.  Collective: no; rank 0. */
ls_status ls_run_checkpoints(const char *run, uint64_t *steps, size_t *n);

/** Writes "checkpoints/step-000000001.h5" into text (LS_CHECKPOINT_NAME) and returns it.
 *  Collective: no. */
const char *ls_run_checkpoint_name(uint64_t step, char *text);

/** Removes temporary files that a killed run left (io/outfile.h).
 *  Errors: LS_DATA: the folder cannot be read.  Collective: no; rank 0, with the lock. */
ls_status ls_run_checkpoints_sweep(const char *run);

/** Whether the checkpoint of a step reads whole and holds that step; its path into `path`.
 *  Errors: LS_DATA.  Collective: no. */
ls_status ls_run_checkpoint_try(const char *run, uint64_t step, char *path, size_t bytes);

#endif
