#include "src/sampler/natural.h"

#include "src/base/permute.h"
#include "src/base/philox.h"

uint64_t ls_natural_first(const struct ls_plan *plan, uint64_t step)
{
    const struct ls_plan_step at = ls_plan_step(plan, step);
    return at.epoch * plan->subset->len + at.first;
}

struct ls_pick ls_natural_pick(const struct ls_plan *plan, uint32_t walk, uint64_t position)
{
    const uint64_t len = plan->subset->len, pass = position / len;
    uint64_t i = position % len;
    if (plan->order == LS_ORDER_SHUFFLE) {
        const uint64_t stream = ls_stream(LS_DRAW_SHUFFLE, walk, pass);
        const struct ls_permutation order = ls_permutation(len, plan->seed, stream);
        i = ls_permute(&order, i);
    }
    return (struct ls_pick){.sample = ls_subset_sample(plan->subset, i), .occasion = pass};
}
