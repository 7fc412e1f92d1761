/* The state of a run and its checkpoint: parameters, running statistics and the optimiser's
 * slots as tensors in PyTorch's shapes under the names of layers, and back. */
#ifndef LOCKSTEP_LAUNCH_STATE_H
#define LOCKSTEP_LAUNCH_STATE_H

#include "io/checkpoint.h"
#include "src/step/trainer.h"

struct ls_session;

/** Takes memory for the tensors of a checkpoint: what ls_state_copy, with the same model and
 *  trainer, fills without asking for any.  Errors: memory.  Owner: arena.  Collective: no. */
ls_status ls_state_plan(const struct ls_model *model, const struct ls_trainer *trainer,
                        struct ls_arena *arena, struct ls_checkpoint *checkpoint);

/** Copies the state as it is now into planned tensors.  Collective: no. */
void ls_state_copy(const struct ls_model *model, const struct ls_trainer *trainer,
                   const struct ls_checkpoint *checkpoint);

/** Both: fills the tensors of a checkpoint from a model and, unless NULL, a trainer's slots.
 *  Errors: memory.  Owner: arena.  Collective: no. */
ls_status ls_state_tensors(const struct ls_model *model, const struct ls_trainer *trainer,
                           struct ls_arena *arena, struct ls_checkpoint *checkpoint);

/** Copies a checkpoint's /model into the model, all of it or nothing.
 *  Errors: LS_DATA, naming the tensors that are missing, too many, or of other shapes.
 *  Collective: no. */
ls_status ls_state_restore_model(const struct ls_checkpoint *checkpoint, struct ls_model *model);

/** The same for the optimiser's slots.  Collective: no. */
ls_status ls_state_restore_slots(const struct ls_checkpoint *checkpoint,
                                 struct ls_trainer *trainer);

/** Reads /model of any HDF5 file into the model.  Errors: LS_DATA.  Collective: no. */
ls_status ls_state_load_model(const char *path, struct ls_model *model, struct ls_arena *arena);

#endif
