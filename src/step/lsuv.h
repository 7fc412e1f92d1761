/* Layer-sequential unit variance: layers that ask for it, one after the other in the order of the
 * model, are scaled until their outputs over a batch have variance 1.
 * Source: Mishkin and Matas, "All you need is a good init", 2016. */
#ifndef LOCKSTEP_STEP_LSUV_H
#define LOCKSTEP_STEP_LSUV_H

#include "src/step/trainer.h"

/** Whether some layer of the model asks for it.  Collective: no. */
bool ls_lsuv_is_wanted(const struct ls_model *model);

/** Scales the weights by what forward passes over `batch` give: the variance of a layer's outputs
 *  is brought to within 0.1 of 1, in at most 10 passes each. The same bits on any number of ranks.
 *  trainer  planned, its workspace has a watch
 *  Errors: what reading the batch failed with; LS_DIVERGED: outputs that are constant or not
 * finite, with the layer; the same on all ranks.  Collective: yes. */
ls_status ls_lsuv(struct ls_trainer *trainer, const struct ls_batch *batch);

#endif
