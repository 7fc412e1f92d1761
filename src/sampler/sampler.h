/* From a plan to the rows of a step's global batch: draws them class by class, a share of each from
 * the pool of hard examples where there is one, and deals them to the shards. Every rank draws all
 * rows and knows the class of each; the samples themselves are worked out for the rows that are
 * asked for. Each loader has a sampler of its own, for it remembers where it is; what it gives is a
 * function of the step alone. */
#ifndef LOCKSTEP_SAMPLER_SAMPLER_H
#define LOCKSTEP_SAMPLER_SAMPLER_H

#include "src/data/plan.h"
#include "src/hard/draw.h"
#include "src/hard/replay.h"
#include "src/sampler/deal.h"
#include "src/sampler/walk.h"

struct ls_sampler {
    const struct ls_plan *plan;
    struct ls_walk walk; /* where the plan has balance */
    struct ls_deal deal;
    struct ls_pick *picks;   /* (plan->batch) */
    struct ls_drawer drawer; /* where the plan has replay */
    uint64_t step;           /* at hand */
    bool has_begun;          /* a step with hard examples was asked for */
    uint64_t *begun;         /* (classes) rows of each before the first such step */
};

/** For a plan with balance or replay.  Errors: memory.  Owner: arena; the plan must outlive it.
 *  Collective: no. */
ls_status ls_sampler_init(struct ls_sampler *sampler, const struct ls_plan *plan, int shards,
                          struct ls_arena *arena);

/** All rows of the batch of a step, of which those in [row, row + n) have their samples; valid
 *  until the next call.  Collective: no.  Errors: none. */
const struct ls_pick *ls_sampler_batch(struct ls_sampler *sampler, uint64_t step, size_t row,
                                       size_t n);

#endif
