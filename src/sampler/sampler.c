#include "src/sampler/sampler.h"

#include "src/sampler/natural.h"

/* Draws in place of hard examples that the pool does not have go a walk of their own, so that the
 * other one stays a function of the step: passes of a class from this one on. */
static const uint64_t spare_pass = UINT64_C(1) << 31;
/* Occasions of hard examples and of spare ones, past all passes. */
static const uint64_t hard_occasion = UINT64_C(1) << 40, spare_occasion = UINT64_C(1) << 41;

static size_t classes_of(const struct ls_plan *plan)
{
    return plan->balance ? plan->balance->classes.len : 1;
}

ls_status ls_sampler_init(struct ls_sampler *sampler, const struct ls_plan *plan, int shards,
                          struct ls_arena *arena)
{
    const size_t classes = classes_of(plan);
    *sampler = (struct ls_sampler){.plan = plan};
    sampler->picks = ls_arena_get(arena, plan->batch, sizeof *sampler->picks);
    sampler->begun = ls_arena_get(arena, classes, sizeof *sampler->begun);
    if (!sampler->picks || !sampler->begun)
        return LS_OTHER;
    if (plan->balance)
        LS_TRY(ls_walk_init(&sampler->walk, plan->balance, plan->batch, plan->seed,
                            plan->order == LS_ORDER_SHUFFLE, arena));
    if (plan->replay)
        LS_TRY(ls_drawer_init(&sampler->drawer, plan->batch, arena));
    return ls_deal_init(&sampler->deal, shards, plan->batch, classes, arena);
}

/* Rows of a class in the batch of a step, and in all before it. */
struct rows {
    size_t n;
    uint64_t before;
};

static void go_to(struct ls_sampler *sampler, uint64_t step)
{
    if (sampler->plan->balance)
        ls_walk_to(&sampler->walk, step);
    sampler->step = step;
}

static struct rows rows_of(const struct ls_sampler *sampler, size_t class)
{
    if (sampler->plan->balance)
        return (struct rows){sampler->walk.count[class], sampler->walk.first[class]};
    return (struct rows){ls_plan_step(sampler->plan, sampler->step).n,
                         ls_natural_first(sampler->plan, sampler->step)};
}

/* Where the classes stand when the first hard examples come. */
static void begin(struct ls_sampler *sampler)
{
    go_to(sampler, sampler->plan->replay->begin);
    for (size_t c = 0; c < classes_of(sampler->plan); c++)
        sampler->begun[c] = rows_of(sampler, c).before;
    sampler->has_begun = true;
}

/* n rows of a class by their position in its walk, which takes the place of the sample. */
static size_t add(struct ls_sampler *sampler, size_t at, size_t class, uint64_t position, size_t n,
                  uint64_t occasion)
{
    for (size_t i = 0; i < n; i++)
        sampler->picks[at + i] = (struct ls_pick){
            .sample = position + i, .occasion = occasion, .class = (uint32_t) class};
    return at + n;
}

/* The rows of a class when a share of them is hard: so far `came` of those due have come. */
static size_t add_with_hard(struct ls_sampler *sampler, size_t at, size_t class, struct rows rows)
{
    const struct ls_plan *const plan = sampler->plan;
    const struct ls_replay *const replay = plan->replay;
    const struct ls_pool *const pool = &replay->pool;
    const double share = replay->hard.share;
    const uint64_t begun = sampler->begun[class];
    const uint64_t came = ls_hard_rows(share, begun, rows.before - begun);
    const size_t due = (size_t)ls_hard_rows(share, rows.before, rows.n);
    const size_t n = ls_draw(&sampler->drawer, pool, plan->seed, sampler->step, class, due);
    for (size_t i = 0; i < n; i++) {
        const uint64_t item = sampler->drawer.items[i];
        sampler->picks[at++] = (struct ls_pick){.sample = pool->samples[item],
                                                .occasion = hard_occasion | sampler->step,
                                                .class = (uint32_t) class,
                                                .loss = pool->losses[item],
                                                .hard = true};
    }
    at = add(sampler, at, class, came + n, due - n, spare_occasion);
    return add(sampler, at, class, rows.before - came, rows.n - due, 0);
}

static size_t draw(struct ls_sampler *sampler, uint64_t step)
{
    const struct ls_replay *const replay = sampler->plan->replay;
    const bool hard = replay && step >= replay->begin;
    size_t n = 0;
    if (hard && !sampler->has_begun)
        begin(sampler);
    go_to(sampler, step);
    for (size_t c = 0; c < classes_of(sampler->plan); c++) {
        const struct rows rows = rows_of(sampler, c);
        n = hard ? add_with_hard(sampler, n, c, rows) : add(sampler, n, c, rows.before, rows.n, 0);
    }
    return n;
}

/* A position becomes a sample. */
static struct ls_pick resolve(const struct ls_sampler *sampler, struct ls_pick pick)
{
    const struct ls_balance *const balance = sampler->plan->balance;
    const bool spare = pick.occasion == spare_occasion;
    if (pick.hard)
        return pick;
    struct ls_pick found;
    if (balance)
        found =
            ls_walk_pick(&sampler->walk, pick.class,
                         pick.sample + (spare ? spare_pass * balance->classes.n[pick.class] : 0));
    else
        found = ls_natural_pick(sampler->plan, spare, pick.sample);
    found.occasion |= pick.occasion;
    return found;
}

const struct ls_pick *ls_sampler_batch(struct ls_sampler *sampler, uint64_t step, size_t row,
                                       size_t n)
{
    struct ls_pick *const picks = sampler->picks;
    ls_deal(&sampler->deal, picks, draw(sampler, step));
    for (size_t i = row; i < row + n; i++)
        picks[i] = resolve(sampler, picks[i]);
    return picks;
}
