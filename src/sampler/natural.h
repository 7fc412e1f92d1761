/* The draw in the natural shares, for plans that hard examples come into: the samples as they come
 * in an epoch, by place in a walk that goes on from pass to pass, so that it need not end with an
 * epoch. */
#ifndef LOCKSTEP_SAMPLER_NATURAL_H
#define LOCKSTEP_SAMPLER_NATURAL_H

#include "src/data/plan.h"
#include "src/sampler/pick.h"

/** Rows of all batches before a step.  Collective: no. */
uint64_t ls_natural_first(const struct ls_plan *plan, uint64_t step);

/** Draw `position` of walk number `walk`; of walk 0, position p is what a plan without hard
 *  examples draws in place p, and the pass is the epoch. Its pass is the pick's occasion.
 *  Collective: no. */
struct ls_pick ls_natural_pick(const struct ls_plan *plan, uint32_t walk, uint64_t position);

#endif
