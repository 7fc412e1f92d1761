#include "src/data/plan.h"

#include "src/base/permute.h"
#include "src/base/philox.h"

struct ls_plan ls_plan(const struct ls_subset *subset, size_t batch, uint64_t seed,
                       enum ls_order order)
{
    const size_t most = batch < subset->len ? batch : (size_t)subset->len;
    return (struct ls_plan){.subset = subset,
                            .batch = most,
                            .seed = seed,
                            .order = order,
                            .steps_per_epoch = (subset->len + most - 1) / most};
}

struct ls_plan_step ls_plan_step(const struct ls_plan *plan, uint64_t s)
{
    const uint64_t first = s % plan->steps_per_epoch * plan->batch;
    const uint64_t left = plan->subset->len - first;
    const bool is_short = left < plan->batch && !plan->balance;
    return (struct ls_plan_step){s / plan->steps_per_epoch, first,
                                 is_short ? (size_t)left : plan->batch};
}

void ls_plan_samples(const struct ls_plan *plan, const struct ls_plan_step *step, size_t row,
                     size_t n, uint64_t *samples)
{
    LS_ASSERT(!ls_plan_is_drawn(plan));
    const struct ls_permutation order =
        ls_permutation(plan->subset->len, plan->seed, ls_stream(LS_DRAW_SHUFFLE, 0, step->epoch));
    for (size_t i = 0; i < n; i++) {
        const uint64_t position = step->first + row + i;
        samples[i] = ls_subset_sample(plan->subset, plan->order == LS_ORDER_SHUFFLE
                                                        ? ls_permute(&order, position)
                                                        : position);
    }
}
