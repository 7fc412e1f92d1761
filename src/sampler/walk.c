#include "src/sampler/walk.h"

#include <string.h>

#include "src/base/permute.h"
#include "src/base/philox.h"

ls_status ls_walk_init(struct ls_walk *walk, const struct ls_balance *balance, size_t total,
                       uint64_t seed, bool shuffle, struct ls_arena *arena)
{
    const size_t len = balance->classes.len;
    *walk = (struct ls_walk){.balance = balance, .seed = seed, .shuffle = shuffle};
    walk->first = ls_arena_get(arena, len, sizeof *walk->first);
    walk->count = ls_arena_get(arena, len, sizeof *walk->count);
    if (!walk->first || !walk->count)
        return LS_OTHER;
    return ls_fair_init(&walk->fair, balance->weights, len, total, arena);
}

void ls_walk_to(struct ls_walk *walk, uint64_t step)
{
    const size_t len = walk->balance->classes.len;
    if (step + 1 < walk->fair.step) {
        ls_fair_rewind(&walk->fair);
        memset(walk->first, 0, len * sizeof *walk->first);
        memset(walk->count, 0, len * sizeof *walk->count);
    }
    while (walk->fair.step <= step) {
        for (size_t c = 0; c < len; c++)
            walk->first[c] += walk->count[c];
        ls_fair_next(&walk->fair, walk->count);
    }
}

struct ls_pick ls_walk_pick(const struct ls_walk *walk, size_t class, uint64_t position)
{
    const struct ls_classes *const classes = &walk->balance->classes;
    const uint64_t n = classes->n[class], pass = position / n;
    uint64_t i = position % n;
    if (walk->shuffle) {
        const uint64_t stream = ls_stream(LS_DRAW_BALANCE, (uint32_t) class, pass);
        const struct ls_permutation order = ls_permutation(n, walk->seed, stream);
        i = ls_permute(&order, i);
    }
    return (struct ls_pick){.sample = ls_classes_sample(classes, class, i),
                            .occasion = pass,
                            .class = (uint32_t) class};
}
