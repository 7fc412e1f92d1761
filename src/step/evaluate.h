/* Evaluation: forward passes over a whole subset, every sample once. The loss goes up the fixed
 * tree, counts and orders are exact, so the figures do not depend on the ranks. */
#ifndef LOCKSTEP_STEP_EVALUATE_H
#define LOCKSTEP_STEP_EVALUATE_H

#include "src/metrics/metrics.h"
#include "src/step/pass.h"
#include "src/step/ranker.h"

struct ls_evaluator {
    struct ls_workspace *ws;
    const struct ls_loss *loss;
    enum ls_metric_kind kind;
    size_t len;    /* doubles of one shard: of the loss, then values or bins */
    size_t n_bins; /* 0: no metric wants them */
    size_t n_values;
    struct ls_fold fold;
    size_t n_counts;  /* 0: no metric wants them */
    double *counts;   /* (n_counts) samples of this rank, then of all */
    double *gathered; /* of all ranks, a piece at a time */
    size_t *bytes;    /* (size) */
    float *scores;    /* (K) of one sample */
    bool ranks;       /* a metric wants rankings */
    struct ls_ranker ranker;
};

/* What an evaluation found, over all samples of all ranks. */
struct ls_evaluation {
    double loss;
    uint64_t spoilt;             /* samples with an output that is no number */
    struct ls_measures measures; /* valid until the next evaluation */
};

/* Called with every batch once its outputs are there. Collective: yes. */
typedef ls_status ls_batch_seen(void *context, const struct ls_workspace *ws,
                                const struct ls_batch *batch);

/** plan   of the passes that ls_evaluate will make, for rankings; may be NULL without them
 *  wants  what metrics are worked out from is wanted (LS_WANT_...), not the loss alone; what does
 *         not apply to the targets is passed over
 *  Owner: arena.  Errors: memory.  Collective: no. */
ls_status ls_evaluator_init(struct ls_evaluator *evaluator, struct ls_workspace *ws,
                            const struct ls_loss *loss, const struct ls_plan *plan, unsigned wants,
                            struct ls_arena *arena);

/** Runs `steps` batches of `loader` through the model; for rankings a whole pass over the plan.
 *  evaluation  NULL: labels were not read, only `seen` looks at the outputs
 *  seen        may be NULL
 *  Errors: what reading failed with on any rank.  Collective: yes. */
ls_status ls_evaluate(struct ls_evaluator *evaluator, struct ls_loader *loader, uint64_t steps,
                      struct ls_evaluation *evaluation, ls_batch_seen *seen, void *context);

#endif
