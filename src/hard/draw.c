#include "src/hard/draw.h"

#include <string.h>

#include "src/base/philox.h"

/* Draws, repeats included: so many for each sample wanted, and a few more. */
enum { TRIES = 16, MORE_TRIES = 64 };
static const uint64_t first_key = UINT64_C(1) << 40; /* of the stream, past all tries */

ls_status ls_drawer_init(struct ls_drawer *drawer, size_t room, struct ls_arena *arena)
{
    *drawer = (struct ls_drawer){.room = room, .slots = 4};
    while (drawer->slots < 2 * room)
        drawer->slots *= 2;
    drawer->items = ls_arena_get(arena, room, sizeof *drawer->items);
    drawer->table = ls_arena_get(arena, drawer->slots, sizeof *drawer->table);
    drawer->keys = ls_arena_get(arena, room, sizeof *drawer->keys);
    return drawer->items && drawer->table && drawer->keys ? LS_OK : LS_OTHER;
}

/* Where `item` stands in the table, or would. */
static uint64_t *slot_of(const struct ls_drawer *drawer, uint64_t item)
{
    const size_t mask = drawer->slots - 1;
    size_t at = (size_t)(item * UINT64_C(0x9E3779B97F4A7C15) >> 32) & mask;
    while (drawer->table[at] != 0 && drawer->table[at] != item + 1)
        at = (at + 1) & mask;
    return &drawer->table[at];
}

/* One drawing. */
struct drawing {
    struct ls_drawer *drawer;
    const struct ls_pool *pool;
    uint64_t seed, stream;
    uint64_t begin, end; /* of the group in the pool */
    size_t k, n;         /* wanted; drawn so far */
};

/* Uniform in (0, 1) with 52 bits. */
static double uniform(const struct drawing *d, uint64_t index)
{
    const struct ls_draw draw = ls_philox(d->seed, d->stream, index);
    const uint64_t bits = (uint64_t)draw.word[0] << 32 | draw.word[1];
    return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

static double weight_of(const struct drawing *d, uint64_t item)
{
    const double *const sums = d->pool->sums;
    return sums[item] - (item > d->begin ? sums[item - 1] : 0);
}

/* The first sample whose sum is above `sum`; never one without weight. */
static uint64_t search(const struct drawing *d, double sum)
{
    uint64_t low = d->begin, high = d->end - 1;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (d->pool->sums[middle] > sum)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void draw_by_sums(struct drawing *d)
{
    const double total = d->pool->sums[d->end - 1];
    const uint64_t tries = TRIES * (uint64_t)d->k + MORE_TRIES;
    for (uint64_t try = 0; try < tries && d->n < d->k; try++) {
        const uint64_t item = search(d, uniform(d, try) * total);
        uint64_t *const slot = slot_of(d->drawer, item);
        if (*slot == 0 && weight_of(d, item) > 0) {
            *slot = item + 1;
            d->drawer->items[d->n++] = item;
        }
    }
}

/* Whether entry a comes after entry b: by key, then by place. */
static bool is_after(const struct ls_drawer *drawer, size_t a, size_t b)
{
    return drawer->keys[a] != drawer->keys[b] ? drawer->keys[a] > drawer->keys[b]
                                              : drawer->items[a] > drawer->items[b];
}

static void swap(struct ls_drawer *drawer, size_t a, size_t b)
{
    const double key = drawer->keys[a];
    const uint64_t item = drawer->items[a];
    drawer->keys[a] = drawer->keys[b];
    drawer->items[a] = drawer->items[b];
    drawer->keys[b] = key;
    drawer->items[b] = item;
}

/* Entries [first, first + len) are a heap, the last in the order at its top, but for entry i. */
static void sink(struct ls_drawer *drawer, size_t first, size_t len, size_t i)
{
    for (size_t child = 2 * i + 1; child < len; child = 2 * i + 1) {
        if (child + 1 < len && is_after(drawer, first + child + 1, first + child))
            child++;
        if (!is_after(drawer, first + child, first + i))
            return;
        swap(drawer, first + child, first + i);
        i = child;
    }
}

static void rise(struct ls_drawer *drawer, size_t first, size_t i)
{
    for (; i > 0 && is_after(drawer, first + i, first + (i - 1) / 2); i = (i - 1) / 2)
        swap(drawer, first + i, first + (i - 1) / 2);
}

/* Those left by the smallest keys, in a heap of as many as are wanted; then in their order. */
static void draw_by_keys(struct drawing *d)
{
    struct ls_drawer *const drawer = d->drawer;
    const size_t first = d->n, wanted = d->k - d->n;
    size_t len = 0;
    for (uint64_t item = d->begin; item < d->end; item++) {
        const double weight = weight_of(d, item);
        if (!(weight > 0) || *slot_of(drawer, item) != 0)
            continue;
        const size_t at = first + (len < wanted ? len : 0);
        const double key = -log(uniform(d, first_key + (item - d->begin))) / weight;
        if (len == wanted && !(key < drawer->keys[first]))
            continue;
        drawer->keys[at] = key;
        drawer->items[at] = item;
        if (len < wanted)
            rise(drawer, first, len++);
        else
            sink(drawer, first, len, 0);
    }
    d->n += len;
    for (size_t left = len; left > 1; left--) {
        swap(drawer, first, first + left - 1);
        sink(drawer, first, left - 1, 0);
    }
}

size_t ls_draw(struct ls_drawer *drawer, const struct ls_pool *pool, uint64_t seed, uint64_t step,
               size_t group, size_t k)
{
    LS_ASSERT(k <= drawer->room);
    struct drawing d = {.drawer = drawer,
                        .pool = pool,
                        .seed = seed,
                        .stream = ls_stream(LS_DRAW_HARD, (uint32_t)group, step),
                        .begin = pool->first[group],
                        .end = pool->first[group + 1],
                        .k = k};
    if (k == 0 || d.begin == d.end)
        return 0;
    memset(drawer->table, 0, drawer->slots * sizeof *drawer->table);
    draw_by_sums(&d);
    if (d.n < k)
        draw_by_keys(&d);
    return d.n;
}
