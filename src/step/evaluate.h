/* Evaluation: forward passes over a whole subset, every sample once, with sums of the loss and
 * the metrics that go up the fixed tree, so that the figures do not depend on the ranks. */
#ifndef LOCKSTEP_STEP_EVALUATE_H
#define LOCKSTEP_STEP_EVALUATE_H

#include "src/metrics/metrics.h"
#include "src/step/pass.h"

struct ls_evaluation {
    double loss;
    uint64_t samples;
    double *sums; /* what metrics are computed from */
};

/** Evaluates all steps of one epoch of `plan`, whose batches come from `loader`, which must stand
 *  at a step whose number is a multiple of plan->steps_per_epoch.
 *  sums  ls_metrics_len doubles
 *  seen  called after every batch with this rank's outputs, NULL: not
 *  Errors: what reading failed with on any rank.  Collective: yes. */
ls_status ls_evaluate(struct ls_workspace *ws, struct ls_loader *loader,
                      const struct ls_plan *plan, const struct ls_loss *loss,
                      struct ls_evaluation *evaluation,
                      ls_status (*seen)(void *context, const struct ls_batch *batch),
                      void *context);

#endif
