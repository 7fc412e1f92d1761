/* From a plan to the rows of a step's global batch: draws them class by class and deals them to
 * the shards. Every rank draws all rows and knows the class of each; the samples themselves are
 * worked out for the rows that are asked for. Each loader has a sampler of its own, for it
 * remembers where it is; what it gives is a function of the step alone. */
#ifndef LOCKSTEP_SAMPLER_SAMPLER_H
#define LOCKSTEP_SAMPLER_SAMPLER_H

#include "src/data/plan.h"
#include "src/sampler/deal.h"
#include "src/sampler/walk.h"

struct ls_sampler {
    const struct ls_plan *plan;
    struct ls_walk walk;
    struct ls_deal deal;
    struct ls_pick *picks; /* (plan->batch) */
};

/** For a plan with balance.  Errors: memory.  Owner: arena; the plan must outlive it.
 *  Collective: no. */
ls_status ls_sampler_init(struct ls_sampler *sampler, const struct ls_plan *plan, int shards,
                          struct ls_arena *arena);

/** All rows of the batch of a step, of which those in [row, row + n) have their samples; valid
 *  until the next call.  Collective: no.  Errors: none. */
const struct ls_pick *ls_sampler_batch(struct ls_sampler *sampler, uint64_t step, size_t row,
                                       size_t n);

#endif
