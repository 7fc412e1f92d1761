/* Weights to begin with, from another file: which of them, under which names, and a table of what
 * came of each layer. */
#ifndef LOCKSTEP_LAUNCH_INIT_LOAD_H
#define LOCKSTEP_LAUNCH_INIT_LOAD_H

#include "src/job/job.h"
#include "src/model/model.h"

/** Reads `init.from` into the model, all that was chosen or nothing.
 *  table  what was loaded, left out, of another shape, or frozen, a line for each layer with
 *         parameters and each layer of the file that the model does not take
 *  Errors: LS_DATA: cannot read; with strict a tensor that is missing or of another shape, without
 *  only and skip also one too many; LS_USAGE: a name that is no layer.  Owner: arena.
 *  Collective: no. */
ls_status ls_init_load(const struct ls_job_init *init, struct ls_model *model,
                       struct ls_arena *arena, const char **table);

#endif
