#include "src/hard/pool.h"

#include <string.h>

#include "src/tree/counts.h"

/* A key is the loss, larger ones first, and then the sample number: 32 + 64 bits. */
enum { DIGIT_BITS = 8, BINS = 1 << DIGIT_BITS, LOSS_DIGITS = 4, DIGITS = 12 };
enum { BLOCK_BINS = 512, PIECE = 8192 };

struct key {
    uint32_t loss;
    uint64_t sample;
};

/* Where a group's pool begins and ends: after the key `after`, unless none, up to `until`. */
struct cut {
    struct key key;
    uint64_t wanted; /* samples up to the key, of those that share the digits found so far */
    bool none, done;
};

struct item {
    uint64_t sample;
    float loss;
    int32_t group;
};

struct ls_pool_own {
    size_t block;               /* groups that are looked at together */
    struct cut *after, *until;  /* (n_groups) */
    uint64_t *bins;             /* (block, BINS) */
    uint64_t *first, *at;       /* (n_groups + 1) */
    float *largest;             /* (n_groups) */
    uint64_t *lens;             /* (size) */
    struct item *mine, *all;    /* (PIECE) */
    double *weights, *gathered; /* (PIECE) */
    size_t *bytes;              /* (size) */
    struct ls_counts counts;    /* of block times BINS */
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
    own->bins = ls_arena_get(arena, own->block * BINS, sizeof *own->bins);
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
    return ls_counts_init(&own->counts, pool->peers, own->block * BINS, arena);
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

/* Smaller for a larger loss: the bits of a float are in the order of its value, once the sign is
 * seen to. Both zeros are one. */
static struct key key_of(float loss, uint64_t sample)
{
    const float value = loss + 0.0f;
    const uint32_t sign = UINT32_C(1) << 31;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (struct key){bits & sign ? bits : ~(bits | sign), sample};
}

/* Digit d of a key, the most significant first. */
static unsigned digit_of(struct key key, int d)
{
    const int loss = LOSS_DIGITS - 1 - d, sample = DIGITS - 1 - d;
    return (unsigned)(d < LOSS_DIGITS ? key.loss >> loss * DIGIT_BITS
                                      : key.sample >> sample * DIGIT_BITS) &
           (BINS - 1);
}

static void set_digit(struct key *key, int d, unsigned digit)
{
    if (d < LOSS_DIGITS)
        key->loss |= (uint32_t)digit << (LOSS_DIGITS - 1 - d) * DIGIT_BITS;
    else
        key->sample |= (uint64_t)digit << (DIGITS - 1 - d) * DIGIT_BITS;
}

/* Whether the digits before d are those of the cut. */
static bool is_under(struct key key, struct key cut, int d)
{
    if (d < LOSS_DIGITS) {
        const int known = (LOSS_DIGITS - d) * DIGIT_BITS;
        return d == 0 || (key.loss ^ cut.loss) >> known == 0;
    }
    const int known = (DIGITS - d) * DIGIT_BITS;
    return key.loss == cut.loss && (d == LOSS_DIGITS || (key.sample ^ cut.sample) >> known == 0);
}

static bool is_up_to(struct key key, struct key cut)
{
    return key.loss != cut.loss ? key.loss < cut.loss : key.sample <= cut.sample;
}

/* This rank's samples that are remembered. */
struct losses {
    const struct ls_recall *recall;
    const int32_t *groups;
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
        if (!isnan(l->recall->loss[i]))
            own->at[group_of(l, i)]++;
    for (size_t g = 0; g < pool->n_groups; g += own->block * BINS) {
        const size_t left = pool->n_groups - g;
        ls_counts_sum(&own->counts, own->at + g,
                      left < own->block * BINS ? left : own->block * BINS);
    }
}

/* Samples of groups [begin, end) by digit d, of those that share the digits of the cut before. */
static void count_digits(const struct ls_pool *pool, const struct losses *l, const struct cut *cuts,
                         size_t begin, size_t end, int d)
{
    uint64_t *const bins = pool->own->bins;
    const size_t mine = (size_t)(l->recall->last - l->recall->first);
    memset(bins, 0, (end - begin) * BINS * sizeof *bins);
    for (size_t i = 0; i < mine; i++) {
        const float loss = l->recall->loss[i];
        const size_t g = group_of(l, i);
        if (isnan(loss) || g < begin || g >= end || cuts[g].done)
            continue;
        const struct key key = key_of(loss, l->recall->first + i);
        if (is_under(key, cuts[g].key, d))
            bins[(g - begin) * BINS + digit_of(key, d)]++;
    }
}

/* Fixes digit d of a cut; it is done when all that share the digits are wanted. */
static void narrow(struct cut *cut, const uint64_t *bins, int d)
{
    unsigned digit = 0;
    for (; bins[digit] < cut->wanted; digit++) {
        LS_ASSERT(digit + 1 < BINS);
        cut->wanted -= bins[digit];
    }
    set_digit(&cut->key, d, digit);
    cut->done = bins[digit] == cut->wanted;
    for (int rest = d + 1; cut->done && rest < DIGITS; rest++)
        set_digit(&cut->key, rest, BINS - 1);
}

/* The keys of the `wanted`-th samples of groups [begin, end). */
static void find_cuts(struct ls_pool *pool, const struct losses *l, struct cut *cuts, size_t begin,
                      size_t end)
{
    struct ls_pool_own *const own = pool->own;
    for (int d = 0; d < DIGITS; d++) {
        bool done = true;
        for (size_t g = begin; g < end; g++)
            done = done && cuts[g].done;
        if (done)
            return;
        count_digits(pool, l, cuts, begin, end, d);
        ls_counts_sum(&own->counts, own->bins, (end - begin) * BINS);
        for (size_t g = begin; g < end; g++)
            if (!cuts[g].done)
                narrow(&cuts[g], own->bins + (g - begin) * BINS, d);
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
        own->after[g] = (struct cut){.wanted = out, .none = out == 0, .done = out == 0};
        own->until[g] = (struct cut){.wanted = out + kept, .none = kept == 0, .done = kept == 0};
        first[g + 1] = first[g] + kept;
    }
    LS_ASSERT(first[pool->n_groups] <= pool->room);
}

static bool is_in(const struct ls_pool *pool, const struct losses *l, size_t i)
{
    const float loss = l->recall->loss[i];
    if (isnan(loss))
        return false;
    const size_t g = group_of(l, i);
    const struct cut *const after = &pool->own->after[g], *const until = &pool->own->until[g];
    const struct key key = key_of(loss, l->recall->first + i);
    return !until->none && is_up_to(key, until->key) && (after->none || !is_up_to(key, after->key));
}

/* The next samples of this rank that are in the pool, from its sample *i on. */
static size_t list(const struct ls_pool *pool, const struct losses *l, size_t *i)
{
    const size_t mine = (size_t)(l->recall->last - l->recall->first);
    size_t n = 0;
    for (; *i < mine && n < PIECE; ++*i)
        if (is_in(pool, l, *i))
            pool->own->mine[n++] = (struct item){.sample = l->recall->first + *i,
                                                 .loss = l->recall->loss[*i],
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

void ls_pool_fill(struct ls_pool *pool, const struct ls_recall *recall, const int32_t *groups)
{
    struct ls_pool_own *const own = pool->own;
    const struct losses l = {recall, groups};
    const size_t bytes = (pool->n_groups + 1) * sizeof *own->first;
    plan_cuts(pool, &l);
    for (size_t g = 0; g < pool->n_groups; g += own->block) {
        const size_t end = g + own->block < pool->n_groups ? g + own->block : pool->n_groups;
        find_cuts(pool, &l, own->after, g, end);
        find_cuts(pool, &l, own->until, g, end);
    }
    memcpy(own->at, own->first, bytes);
    ls_meet(pool->peers); /* nobody looks at the old one any more */
    if (pool->peers->node_rank == 0)
        memcpy(pool->first, own->first, bytes);
    exchange(pool, &l);
    ls_pool_weigh(pool);
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

void ls_pool_weigh(struct ls_pool *pool)
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
