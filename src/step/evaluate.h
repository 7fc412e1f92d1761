/* Evaluation: forward passes over a whole subset, every sample once, with sums of the loss and
 * the metrics that go up the fixed tree, so that the figures do not depend on the ranks. */
#ifndef LOCKSTEP_STEP_EVALUATE_H
#define LOCKSTEP_STEP_EVALUATE_H

#include "src/metrics/metrics.h"
#include "src/step/pass.h"

struct ls_evaluator {
    struct ls_workspace *ws;
    const struct ls_loss *loss;
    enum ls_metric_kind kind;
    size_t len; /* doubles of one shard: value and weight of the loss, metrics' sums */
    struct ls_fold fold;
};

/* What an evaluation found, over all samples of all ranks. */
struct ls_evaluation {
    double loss;
    const double *sums; /* for ls_metric_value; valid until the next evaluation */
};

/* Called with every batch once its outputs are there. Collective: yes. */
typedef ls_status ls_batch_seen(void *context, const struct ls_workspace *ws,
                                const struct ls_batch *batch);

/** Owner: arena.  Errors: memory.  Collective: no. */
ls_status ls_evaluator_init(struct ls_evaluator *evaluator, struct ls_workspace *ws,
                            const struct ls_loss *loss, struct ls_arena *arena);

/** Runs `steps` batches of `loader` through the model.
 *  evaluation  NULL: labels were not read, only `seen` looks at the outputs
 *  seen        may be NULL
 *  Errors: what reading failed with on any rank.  Collective: yes. */
ls_status ls_evaluate(struct ls_evaluator *evaluator, struct ls_loader *loader, uint64_t steps,
                      struct ls_evaluation *evaluation, ls_batch_seen *seen, void *context);

#endif
