#include "src/sampler/sampler.h"

ls_status ls_sampler_init(struct ls_sampler *sampler, const struct ls_plan *plan, int shards,
                          struct ls_arena *arena)
{
    const struct ls_balance *const balance = plan->balance;
    *sampler = (struct ls_sampler){.plan = plan};
    sampler->picks = ls_arena_get(arena, plan->batch, sizeof *sampler->picks);
    if (!sampler->picks)
        return LS_OTHER;
    LS_TRY(ls_walk_init(&sampler->walk, balance, plan->batch, plan->seed,
                        plan->order == LS_ORDER_SHUFFLE, arena));
    return ls_deal_init(&sampler->deal, shards, plan->batch, balance->classes.len, arena);
}

/* Draws without their samples, in whose place stands their position in the class. */
static size_t draw(struct ls_sampler *sampler, uint64_t step)
{
    const struct ls_walk *const walk = &sampler->walk;
    size_t n = 0;
    ls_walk_to(&sampler->walk, step);
    for (size_t c = 0; c < walk->balance->classes.len; c++)
        for (size_t i = 0; i < walk->count[c]; i++)
            sampler->picks[n++] =
                (struct ls_pick){.sample = walk->first[c] + i, .class = (uint32_t)c};
    return n;
}

const struct ls_pick *ls_sampler_batch(struct ls_sampler *sampler, uint64_t step, size_t row,
                                       size_t n)
{
    struct ls_pick *const picks = sampler->picks;
    ls_deal(&sampler->deal, picks, draw(sampler, step));
    for (size_t i = row; i < row + n; i++)
        picks[i] = ls_walk_pick(&sampler->walk, picks[i].class, picks[i].sample);
    return picks;
}
