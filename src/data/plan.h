/* The plan of the batches: which samples a step trains on, as a pure function of the step, the
 * seed and the data, so that any rank can compute any step's samples and a position in mid-epoch
 * is (epoch, step) alone. */
#ifndef LOCKSTEP_DATA_PLAN_H
#define LOCKSTEP_DATA_PLAN_H

#include "src/data/subset.h"

struct ls_balance;
struct ls_replay;

enum ls_order { LS_ORDER_SHUFFLE, LS_ORDER_SEQUENTIAL };

struct ls_plan {
    const struct ls_subset *subset;
    size_t batch; /* samples of a full global batch: the job's, or all where there are fewer */
    uint64_t seed;
    enum ls_order order;
    uint64_t steps_per_epoch;
    const struct ls_balance *balance; /* NULL: samples are drawn in their natural shares */
    const struct ls_replay *replay;   /* NULL: hard examples do not come again */
};

/* The global batch of one step. */
struct ls_plan_step {
    uint64_t epoch, first; /* place in the epoch of the batch's first sample */
    size_t n;              /* samples of the global batch */
};

/** The plan of a subset, without balance. An epoch is len / batch steps, rounded up: each sample
 *  once, so that its last batch may be short; with balance that is a full one, since classes come
 *  in their exact shares in batches of one size.  Collective: no. */
struct ls_plan ls_plan(const struct ls_subset *subset, size_t batch, uint64_t seed,
                       enum ls_order order);

/** Whether batches are drawn by src/sampler/sampler.h.  Collective: no. */
static inline bool ls_plan_is_drawn(const struct ls_plan *plan)
{
    return plan->balance || plan->replay;
}

/** Step s, from 0.  Collective: no. */
struct ls_plan_step ls_plan_step(const struct ls_plan *plan, uint64_t s);

/** The samples in rows [row, row + n) of the global batch of `step`, by number in the dataset, of
 *  a plan without balance and replay (with them, see src/sampler/sampler.h).
 *  Collective: no.  Errors: none. */
void ls_plan_samples(const struct ls_plan *plan, const struct ls_plan_step *step, size_t row,
                     size_t n, uint64_t *samples);

/** First row of shard s of `shards` in a global batch of n samples: equal pieces, to within one.
 *  Collective: no. */
static inline size_t ls_shard_row(size_t n, int shards, int s)
{
    return (size_t)((unsigned long long)n * (unsigned)s / (unsigned)shards);
}

/** The most samples a shard can hold when the global batch has at most `batch`.
 *  Collective: no. */
static inline size_t ls_shard_max(size_t batch, int shards)
{
    return (batch + (size_t)shards - 1) / (size_t)shards;
}

#endif
