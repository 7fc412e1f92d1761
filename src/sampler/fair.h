/* Fair rounding over time: how many of each step's `total` units go to each of a few parts, whose
 * shares are given as whole numbers. With q the share of a part, in every step it gets floor(q
 * total) or ceil(q total), the counts of a step add up to total, and after any number of steps it
 * has had less than one unit more or less than its due.
 *
 * The whole units of a step go out at once. The fractions are tasks of a real-time schedule, one
 * unit of time a step: part c has the weight frac(q_c total), and as many processors as these
 * weights add up to choose among them by PD2, which schedules every set of such tasks without a
 * lag of 1 or more (Anderson and Srinivasan, "Mixed Pfair/ERfair scheduling of asynchronous
 * periodic tasks", J. Comput. Syst. Sci. 68, 2004). Choosing by the largest lag does not. */
#ifndef LOCKSTEP_SAMPLER_FAIR_H
#define LOCKSTEP_SAMPLER_FAIR_H

#include <stdint.h>

#include "src/base/arena.h"

/* Shares are `weight / sum of all weights`; the sum may not be above this. */
#define LS_FAIR_MAX_SUM (UINT64_C(1) << 39)

struct ls_fair_part;

struct ls_fair {
    size_t len;
    uint64_t sum;  /* of the weights */
    uint64_t step; /* that ls_fair_next gives next */
    size_t extra;  /* units of a step beyond the whole ones */
    struct ls_fair_part *parts;
    uint32_t *ready; /* (len) scratch */
};

/** At step 0.
 *  weights  (len), at least one above 0, and of sum at most LS_FAIR_MAX_SUM
 *  total    units of a step, below 2^24
 *  Errors: memory.  Owner: arena.  Collective: no. */
ls_status ls_fair_init(struct ls_fair *fair, const uint64_t *weights, size_t len, size_t total,
                       struct ls_arena *arena);

/** Back to step 0.  Collective: no. */
void ls_fair_rewind(struct ls_fair *fair);

/** The units of the next step.  counts (len), overwritten.  Collective: no.
 *  Errors: none.  Cost: O(len). */
void ls_fair_next(struct ls_fair *fair, size_t *counts);

#endif
