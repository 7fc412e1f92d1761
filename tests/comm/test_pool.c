/* The pool over ranks and nodes against a serial sort of all samples. */
#include "tests/comm/nodes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/philox.h"
#include "src/hard/pool.h"

enum { MOST = 20000, MOST_GROUPS = 600 };

struct one {
    float loss;
    uint64_t sample;
    int32_t group;
};

/* How the losses lie. */
struct setup {
    size_t n, n_groups;
    uint32_t levels; /* losses are one of so many numbers; 0: all unlike */
    double pool, discard, power;
};

static const struct setup setups[] = {
    {1000, 1, 0, 0.1, 0, 1},      {1000, 3, 0, 0.2, 0.05, 2},
    {1000, 3, 4, 0.37, 0.1, 0.5}, {1000, 2, 1, 0.25, 0.25, 0},
    {7, 3, 0, 0.01, 0, 1},        {3, 1, 0, 1, 0, 1},
    {MOST, 2, 3, 0.9, 0.05, 1},   {MOST, MOST_GROUPS, 0, 0.1, 0.02, 1},
    {MOST, 1, 0, 0.5, 0.6, 1.5},
};

static int32_t group_of(const struct setup *s, uint64_t i)
{
    return (int32_t)(ls_philox(3, 1, i).word[0] % s->n_groups);
}

/* One in eight is not remembered; negative losses, zeros of both signs, and large ones too. */
static float loss_of(const struct setup *s, uint64_t i)
{
    const struct ls_draw draw = ls_philox(3, 2, i);
    if (draw.word[1] % 8 == 0)
        return NAN;
    const float u = ls_uniform(draw.word[0]);
    if (s->levels > 0)
        return (float)(draw.word[0] % s->levels) * (draw.word[2] % 2 ? -1.0f : 1.0f);
    return expf(40 * u - 20) - 0.001f;
}

static int harder_first(const void *left, const void *right)
{
    const struct one *const a = left, *const b = right;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->loss != b->loss)
        return a->loss > b->loss ? -1 : 1;
    return a->sample < b->sample ? -1 : a->sample > b->sample;
}

static int by_number(const void *left, const void *right)
{
    const struct one *const a = left, *const b = right;
    return a->sample < b->sample ? -1 : a->sample > b->sample;
}

static double weight_of(const struct setup *s, float loss, float largest)
{
    if (s->power <= 0)
        return 1;
    return loss > 0 ? pow((double)loss / (double)largest, s->power) : 0;
}

/* One group's part of the pool against the sorted list of its samples. */
static bool group_agrees(const struct setup *s, const struct ls_pool *pool, size_t group,
                         struct one *sorted, size_t n)
{
    const size_t out = (size_t)llround(s->discard * (double)n);
    size_t kept = (size_t)llround(s->pool * (double)n);
    kept = kept > 0 ? kept : n > 0;
    kept = kept < n - out ? kept : n - out;
    if (ls_pool_len(pool, group) != kept)
        return false;
    struct one *const in = sorted + out;
    const uint64_t first = pool->first[group];
    float largest = 0;
    for (size_t i = 0; i < kept; i++)
        largest = fmaxf(largest, in[i].loss);
    qsort(in, kept, sizeof *in, by_number);
    double sum = 0;
    bool good = true;
    for (size_t i = 0; i < kept; i++) {
        sum += weight_of(s, in[i].loss, largest);
        good = good && pool->samples[first + i] == in[i].sample &&
               pool->losses[first + i] == in[i].loss;
    }
    double so_far = 0;
    for (size_t i = 0; i < kept && good; i++) {
        so_far += sum > 0 ? weight_of(s, in[i].loss, largest) : 1;
        good = pool->sums[first + i] == so_far;
    }
    return good;
}

static bool agrees(const struct setup *s, const struct ls_pool *pool)
{
    static struct one all[MOST];
    size_t n = 0;
    for (uint64_t i = 0; i < s->n; i++)
        if (!isnan(loss_of(s, i)))
            all[n++] = (struct one){loss_of(s, i), i, group_of(s, i)};
    qsort(all, n, sizeof *all, harder_first);
    bool good = true;
    size_t at = 0;
    for (size_t group = 0; group < s->n_groups; group++) {
        size_t end = at;
        while (end < n && all[end].group == (int32_t)group)
            end++;
        good = group_agrees(s, pool, group, all + at, end - at) && good;
        at = end;
    }
    return good;
}

/* Written out, emptied and read back: the same pool, though other losses are remembered now. */
static bool comes_back(const struct setup *s, struct ls_pool *pool, struct ls_recall *recall,
                       const int32_t *groups)
{
    static float losses[MOST];
    const int32_t *const by = s->n_groups > 1 ? groups : NULL;
    ls_pool_read(pool, s->n, losses);
    ls_meet(pool->peers);
    for (uint64_t i = 0; i < recall->last - recall->first; i++)
        recall->loss[i] = NAN;
    ls_pool_fill(pool, recall, by);
    const bool empty = pool->first[s->n_groups] == 0;
    ls_pool_restore(pool, recall, losses + recall->first, by);
    return empty && agrees(s, pool);
}

static bool fills(const struct ls_peers *peers, const struct setup *s)
{
    struct ls_arena arena;
    struct ls_recall recall;
    struct ls_pool pool;
    ls_arena_init(&arena);
    const struct ls_hard hard = {
        .on = true, .share = 1, .pool = s->pool, .discard = s->discard, .power = s->power};
    static uint64_t counts[MOST_GROUPS];
    memset(counts, 0, sizeof counts);
    for (uint64_t i = 0; i < s->n; i++)
        counts[group_of(s, i)]++;
    bool good = ls_recall_init(&recall, peers, s->n, 0, &arena) == LS_OK;
    good = ls_pool_init(&pool, peers, &hard, s->n_groups, counts, &arena) == LS_OK && good;
    int32_t *const groups = ls_arena_get(&arena, s->n, sizeof *groups);
    for (int round = 0; round < 2; round++) { /* empty, and then with losses */
        for (uint64_t i = recall.first; i < recall.last; i++) {
            groups[i - recall.first] = group_of(s, i);
            recall.loss[i - recall.first] = round ? loss_of(s, i) : NAN;
        }
        ls_pool_fill(&pool, &recall, s->n_groups > 1 ? groups : NULL);
        good = good && (round ? agrees(s, &pool) : pool.first[s->n_groups] == 0);
        ls_meet(peers);
    }
    good = comes_back(s, &pool, &recall, groups) && good;
    ls_arena_release(&arena);
    return good;
}

static bool fills_all(const struct ls_peers *peers)
{
    bool good = true;
    for (size_t i = 0; i < sizeof setups / sizeof *setups; i++)
        good = fills(peers, &setups[i]) && good;
    return good;
}

static void the_pool_is_the_hardest_of_a_serial_sort_on_any_ranks_and_nodes(void **state)
{
    assert_all_ranks(on_all_groupings(*state, fills_all));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pool_is_the_hardest_of_a_serial_sort_on_any_ranks_and_nodes),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
