#include "src/hard/pool.h"

#include <string.h>

#include "src/hard/cut.h"
#include "src/tree/counts.h"

enum { BLOCK_BINS = 512, PIECE = 8192 };

struct item {
    uint64_t sample;
    float loss;
    int32_t group;
};

struct ls_pool_own {
    size_t block;                 /* groups that are looked at together */
    struct ls_cut *after, *until; /* (n_groups) */
    uint64_t *bins;               /* (block, LS_CUT_BINS) */
    uint64_t *first, *at;         /* (n_groups + 1) */
    float *largest;               /* (n_groups) */
    uint64_t *lens;               /* (size) */
    struct item *mine, *all;      /* (PIECE) */
    double *weights, *gathered;   /* (PIECE) */
    size_t *bytes;                /* (size) */
    struct ls_counts counts;      /* of block times LS_CUT_BINS */
};

static uint64_t rounded(double share, uint64_t n)
{
    const double wanted = round(share * (double)n);
    return wanted < (double)n ? (uint64_t)wanted : n;
}

/* Samples of a group of n that the pool may hold. */
static uint64_t most(const struct ls_hard *hard, uint64_t n)
{
    const uint64_t pool = rounded(hard->pool, n);
    return pool > 0 || n == 0 ? pool : 1;
}

static ls_status take_own(struct ls_pool *pool, struct ls_arena *arena)
{
    const size_t size = (size_t)pool->peers->size, fit = BLOCK_BINS / size;
    struct ls_pool_own *const own = pool->own = ls_arena_get(arena, 1, sizeof *own);
    if (!own)
        return LS_OTHER;
    own->block = fit < 1 ? 1 : fit < pool->n_groups ? fit : pool->n_groups;
    own->after = ls_arena_get(arena, pool->n_groups, sizeof *own->after);
    own->until = ls_arena_get(arena, pool->n_groups, sizeof *own->until);
    own->bins = ls_arena_get(arena, own->block * LS_CUT_BINS, sizeof *own->bins);
    own->first = ls_arena_get(arena, pool->n_groups + 1, sizeof *own->first);
    own->at = ls_arena_get(arena, pool->n_groups + 1, sizeof *own->at);
    own->largest = ls_arena_get(arena, pool->n_groups, sizeof *own->largest);
    own->lens = ls_arena_get(arena, size, sizeof *own->lens);
    own->mine = ls_arena_get(arena, PIECE, sizeof *own->mine);
    own->all = ls_arena_get(arena, PIECE, sizeof *own->all);
    own->weights = ls_arena_get(arena, PIECE, sizeof *own->weights);
    own->gathered = ls_arena_get(arena, PIECE, sizeof *own->gathered);
    own->bytes = ls_arena_get(arena, size, sizeof *own->bytes);
    if (!own->after || !own->until || !own->bins || !own->first || !own->at || !own->largest ||
        !own->lens || !own->mine || !own->all || !own->weights || !own->gathered || !own->bytes)
        return LS_OTHER;
    return ls_counts_init(&own->counts, pool->peers, own->block * LS_CUT_BINS, arena);
}

ls_status ls_pool_init(struct ls_pool *pool, const struct ls_peers *peers,
                       const struct ls_hard *hard, size_t n_groups, const uint64_t *counts,
                       struct ls_arena *arena)
{
    *pool = (struct ls_pool){.peers = peers, .hard = *hard, .n_groups = n_groups};
    for (size_t g = 0; g < n_groups && hard->share > 0; g++)
        pool->room += most(hard, counts[g]);
    void *memory = NULL;
    LS_TRY(ls_agree(peers, take_own(pool, arena)));
    LS_TRY(ls_share(peers, (n_groups + 1) * sizeof *pool->first, arena, &memory));
    pool->first = memory;
    LS_TRY(ls_share(peers, pool->room * sizeof *pool->samples, arena, &memory));
    pool->samples = memory;
    LS_TRY(ls_share(peers, pool->room * sizeof *pool->losses, arena, &memory));
    pool->losses = memory;
    LS_TRY(ls_share(peers, pool->room * sizeof *pool->sums, arena, &memory));
    pool->sums = memory;
    return LS_OK;
}

/* This rank's samples, those of whose losses that are remembered, or are in the pool for good. */
struct losses {
    const struct ls_recall *recall;
    const float *loss; /* NaN: none */
    const int32_t *groups;
    bool chosen; /* all that there are, whatever the cuts */
};

static size_t group_of(const struct losses *l, size_t i)
{
    return l->groups ? (size_t)l->groups[i] : 0;
}

/* Remembered samples of every group into `at`. */
static void count_seen(const struct ls_pool *pool, const struct losses *l)
{
    struct ls_pool_own *const own = pool->own;
    memset(own->at, 0, pool->n_groups * sizeof *own->at);
    const size_t mine = (size_t)(l->recall->last - l->recall->first);
    for (size_t i = 0; i < mine; i++)
        if (!isnan(l->loss[i]))
            own->at[group_of(l, i)]++;
    for (size_t g = 0; g < pool->n_groups; g += own->block * LS_CUT_BINS) {
        const size_t left = pool->n_groups - g;
        ls_counts_sum(&own->counts, own->at + g,
                      left < own->block * LS_CUT_BINS ? left : own->block * LS_CUT_BINS);
    }
}

/* Samples of groups [begin, end) by digit d, of those that share the digits of the cut before. */
static void count_digits(const struct ls_pool *pool, const struct losses *l,
                         const struct ls_cut *cuts, size_t begin, size_t end, int d)
{
    uint64_t *const bins = pool->own->bins;
    const size_t mine = (size_t)(l->recall->last - l->recall->first);
    memset(bins, 0, (end - begin) * LS_CUT_BINS * sizeof *bins);
    for (size_t i = 0; i < mine; i++) {
        const float loss = l->loss[i];
        const size_t g = group_of(l, i);
        if (isnan(loss) || g < begin || g >= end || cuts[g].done)
            continue;
        const struct ls_cut_key key = ls_cut_key(loss, l->recall->first + i);
        if (ls_cut_is_under(key, &cuts[g], d))
            bins[(g - begin) * LS_CUT_BINS + ls_cut_digit(key, d)]++;
    }
}

/* The keys of the `wanted`-th samples of groups [begin, end). */
static void find_cuts(struct ls_pool *pool, const struct losses *l, struct ls_cut *cuts,
                      size_t begin, size_t end)
{
    struct ls_pool_own *const own = pool->own;
    for (int d = 0; d < LS_CUT_DIGITS; d++) {
        bool done = true;
        for (size_t g = begin; g < end; g++)
            done = done && cuts[g].done;
        if (done)
            return;
        count_digits(pool, l, cuts, begin, end, d);
        ls_counts_sum(&own->counts, own->bins, (end - begin) * LS_CUT_BINS);
        for (size_t g = begin; g < end; g++)
            if (!cuts[g].done)
                ls_cut_narrow(&cuts[g], own->bins + (g - begin) * LS_CUT_BINS, d);
    }
}

/* How many of each group come before the pool, and with it; the groups' places in it. */
static void plan_cuts(struct ls_pool *pool, const struct losses *l)
{
    struct ls_pool_own *const own = pool->own;
    uint64_t *const first = own->first;
    count_seen(pool, l);
    first[0] = 0;
    for (size_t g = 0; g < pool->n_groups; g++) {
        const uint64_t seen = own->at[g], out = rounded(pool->hard.discard, seen);
        const uint64_t left = seen - out, room = most(&pool->hard, seen);
        const uint64_t kept = room < left ? room : left;
        own->after[g] = ls_cut(out);
        own->until[g] = ls_cut(out + kept);
        first[g + 1] = first[g] + kept;
    }
    LS_ASSERT(first[pool->n_groups] <= pool->room);
}

static bool is_in(const struct ls_pool *pool, const struct losses *l, size_t i)
{
    const float loss = l->loss[i];
    if (isnan(loss) || l->chosen)
        return !isnan(loss);
    const size_t g = group_of(l, i);
    const struct ls_cut *const after = &pool->own->after[g], *const until = &pool->own->until[g];
    const struct ls_cut_key key = ls_cut_key(loss, l->recall->first + i);
    return ls_cut_has(until, key) && !ls_cut_has(after, key);
}

/* The next samples of this rank that are in the pool, from its sample *i on. */
static size_t list(const struct ls_pool *pool, const struct losses *l, size_t *i)
{
    const size_t mine = (size_t)(l->recall->last - l->recall->first);
    size_t n = 0;
    for (; *i < mine && n < PIECE; ++*i)
        if (is_in(pool, l, *i))
            pool->own->mine[n++] = (struct item){.sample = l->recall->first + *i,
                                                 .loss = l->loss[*i],
                                                 .group = (int32_t)group_of(l, *i)};
    return n;
}

static uint64_t count_mine(const struct ls_pool *pool, const struct losses *l)
{
    const size_t mine = (size_t)(l->recall->last - l->recall->first);
    uint64_t n = 0;
    for (size_t i = 0; i < mine; i++)
        n += is_in(pool, l, i);
    return n;
}

/* Appends items to their groups; on the first rank of a node. */
static void place(struct ls_pool *pool, size_t n)
{
    struct ls_pool_own *const own = pool->own;
    for (size_t i = 0; i < n && pool->peers->node_rank == 0; i++) {
        const uint64_t at = own->at[own->all[i].group]++;
        pool->samples[at] = own->all[i].sample;
        pool->losses[at] = own->all[i].loss;
    }
}

/* One rank after another, so that samples come in their order. */
static void exchange(struct ls_pool *pool, const struct losses *l)
{
    struct ls_pool_own *const own = pool->own;
    const struct ls_peers *const peers = pool->peers;
    const uint64_t mine = count_mine(pool, l);
    size_t i = 0;
    for (int r = 0; r < peers->size; r++)
        own->bytes[r] = sizeof mine;
    ls_gather(peers, &mine, own->lens, own->bytes);
    memset(own->bytes, 0, (size_t)peers->size * sizeof *own->bytes);
    for (int r = 0; r < peers->size; r++)
        for (uint64_t left = own->lens[r]; left > 0;) {
            const size_t n = left < PIECE ? (size_t)left : PIECE;
            if (r == peers->rank)
                LS_ASSERT(list(pool, l, &i) == n);
            own->bytes[r] = n * sizeof *own->mine;
            ls_gather(peers, own->mine, own->all, own->bytes);
            own->bytes[r] = 0;
            place(pool, n);
            left -= n;
        }
}

/* (loss / largest)^power, which is never infinite. */
static double weight_of(const struct ls_pool *pool, float loss, float largest)
{
    const double power = pool->hard.power;
    if (power <= 0)
        return 1;
    if (loss <= 0)
        return 0;
    const double ratio = (double)loss / (double)largest;
    return power == 1 ? ratio : pow(ratio, power);
}

/* The weights of samples [at, at + n), each rank its part, into `gathered`: so they are the same on
 * all nodes, whatever their processors make of pow. */
static void weigh_piece(struct ls_pool *pool, uint64_t at, size_t n, size_t *group)
{
    struct ls_pool_own *const own = pool->own;
    const size_t size = (size_t)pool->peers->size, rank = (size_t)pool->peers->rank;
    for (size_t r = 0; r < size; r++)
        own->bytes[r] = (n * (r + 1) / size - n * r / size) * sizeof *own->weights;
    const size_t begin = n * rank / size;
    for (size_t i = begin; i < n * (rank + 1) / size; i++) {
        while (at + i >= pool->first[*group + 1])
            ++*group;
        own->weights[i - begin] = weight_of(pool, pool->losses[at + i], own->largest[*group]);
    }
    ls_gather(pool->peers, own->weights, own->gathered, own->bytes);
}

static void find_largest(struct ls_pool *pool)
{
    for (size_t g = 0; g < pool->n_groups; g++) {
        float largest = 0;
        for (uint64_t i = pool->first[g]; i < pool->first[g + 1]; i++)
            largest = fmaxf(largest, pool->losses[i]);
        pool->own->largest[g] = largest;
    }
}

/* Weights to sums within each group; where there is no weight at all, all weigh the same. */
static void add_up(struct ls_pool *pool)
{
    for (size_t g = 0; g < pool->n_groups; g++) {
        double sum = 0;
        for (uint64_t i = pool->first[g]; i < pool->first[g + 1]; i++)
            pool->sums[i] = sum += pool->sums[i];
        for (uint64_t i = pool->first[g]; i < pool->first[g + 1] && sum <= 0; i++)
            pool->sums[i] = (double)(i - pool->first[g] + 1);
    }
}

static void weigh(struct ls_pool *pool)
{
    ls_meet(pool->peers); /* the samples are there */
    find_largest(pool);
    const bool leads = pool->peers->node_rank == 0;
    const uint64_t len = pool->first[pool->n_groups];
    size_t group = 0;
    for (uint64_t at = 0; at < len; at += PIECE) {
        const size_t n = len - at < PIECE ? (size_t)(len - at) : PIECE;
        weigh_piece(pool, at, n, &group);
        if (leads)
            memcpy(pool->sums + at, pool->own->gathered, n * sizeof *pool->sums);
    }
    if (leads)
        add_up(pool);
    ls_meet(pool->peers);
}

/* The groups' places, the samples that are in, and their weights. */
static void settle(struct ls_pool *pool, const struct losses *l)
{
    struct ls_pool_own *const own = pool->own;
    const size_t bytes = (pool->n_groups + 1) * sizeof *own->first;
    memcpy(own->at, own->first, bytes);
    ls_meet(pool->peers); /* nobody looks at the old one any more */
    if (pool->peers->node_rank == 0)
        memcpy(pool->first, own->first, bytes);
    exchange(pool, l);
    weigh(pool);
}

void ls_pool_fill(struct ls_pool *pool, const struct ls_recall *recall, const int32_t *groups)
{
    struct ls_pool_own *const own = pool->own;
    const struct losses l = {recall, recall->loss, groups, false};
    plan_cuts(pool, &l);
    for (size_t g = 0; g < pool->n_groups; g += own->block) {
        const size_t end = g + own->block < pool->n_groups ? g + own->block : pool->n_groups;
        find_cuts(pool, &l, own->after, g, end);
        find_cuts(pool, &l, own->until, g, end);
    }
    settle(pool, &l);
}

void ls_pool_restore(struct ls_pool *pool, const struct ls_recall *recall, const float *losses,
                     const int32_t *groups)
{
    struct ls_pool_own *const own = pool->own;
    const struct losses l = {recall, losses, groups, true};
    count_seen(pool, &l);
    for (size_t g = 0; g < pool->n_groups; g++)
        own->first[g + 1] = own->first[g] + own->at[g];
    LS_ASSERT(own->first[pool->n_groups] <= pool->room);
    settle(pool, &l);
}

void ls_pool_read(const struct ls_pool *pool, uint64_t n, float *losses)
{
    for (uint64_t i = 0; i < n; i++)
        losses[i] = NAN;
    for (uint64_t i = 0; i < pool->first[pool->n_groups]; i++)
        losses[pool->samples[i]] = pool->losses[i];
}
