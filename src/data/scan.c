#include "src/data/scan.h"

#include <math.h>

enum { READ_BYTES = 1 << 22 };

/* Buffers of one pass over a rank's samples. */
struct pass {
    struct ls_source *source;
    bool values;
    size_t some;       /* samples read at a time */
    uint64_t *samples; /* (some) */
    float *x;          /* (some, C, H, W), or labels */
};

static ls_status init(struct ls_extents *extents, size_t len, struct ls_arena *arena)
{
    extents->len = len;
    extents->least = ls_arena_get(arena, len, sizeof(float));
    extents->most = ls_arena_get(arena, len, sizeof(float));
    if (!extents->least || !extents->most)
        return LS_OTHER;
    for (size_t i = 0; i < len; i++) {
        extents->least[i] = INFINITY;
        extents->most[i] = -INFINITY;
    }
    return LS_OK;
}

/* n rows, each of extents->len runs of `area` values. */
static void widen(struct ls_extents *extents, size_t n, size_t area, const float *x)
{
    for (size_t row = 0; row < n; row++)
        for (size_t c = 0; c < extents->len; c++, x += area) {
            float least = extents->least[c], most = extents->most[c];
            for (size_t i = 0; i < area; i++) {
                least = x[i] < least ? x[i] : least;
                most = x[i] > most ? x[i] : most;
            }
            extents->least[c] = least;
            extents->most[c] = most;
        }
}

static ls_status read(const struct pass *p, uint64_t begin, uint64_t end, struct ls_scan *scan)
{
    struct ls_source *const source = p->source;
    const size_t len = ls_shape_len(source->shape);
    for (uint64_t at = begin; at < end; at += p->some) {
        const size_t n = end - at < p->some ? (size_t)(end - at) : p->some;
        for (size_t i = 0; i < n; i++)
            p->samples[i] = at + i;
        LS_TRY(ls_source_read_x(source, p->samples, n, p->x));
        LS_TRY(ls_source_check_finite(source, "x", p->x, len, p->samples, n));
        widen(&scan->x, n, len / scan->x.len, p->x);
        if (!p->values)
            continue;
        LS_TRY(ls_source_read_values(source, p->samples, n, p->x));
        LS_TRY(ls_source_check_finite(source, "y", p->x, source->label_len, p->samples, n));
        widen(&scan->y, n, 1, p->x);
    }
    return LS_OK;
}

/* The extents of all ranks: the least of the least and the most of the most. */
static void merge(struct ls_extents *extents, const struct ls_peers *peers, float *all,
                  size_t *bytes)
{
    const size_t len = extents->len, size = (size_t)peers->size;
    for (size_t r = 0; r < size; r++)
        bytes[r] = len * sizeof(float);
    ls_gather(peers, extents->least, all, bytes);
    for (size_t i = 0; i < size * len; i++)
        if (all[i] < extents->least[i % len])
            extents->least[i % len] = all[i];
    ls_gather(peers, extents->most, all, bytes);
    for (size_t i = 0; i < size * len; i++)
        if (all[i] > extents->most[i % len])
            extents->most[i % len] = all[i];
}

ls_status ls_scan(struct ls_source *source, bool values, const struct ls_peers *peers,
                  struct ls_scan *scan, struct ls_arena *arena)
{
    const uint64_t rank = (uint64_t)peers->rank, size = (uint64_t)peers->size;
    const size_t len = ls_shape_len(source->shape), labels = values ? source->label_len : 0;
    const size_t widest = len > source->label_len ? len : source->label_len;
    struct pass p = {.source = source, .values = values, .some = 1};
    if (widest < READ_BYTES / sizeof(float))
        p.some = READ_BYTES / sizeof(float) / widest;
    const size_t widest_extents = source->shape.c > labels ? source->shape.c : labels;
    p.samples = ls_alloc(p.some, sizeof *p.samples);
    p.x = ls_alloc(p.some * widest, sizeof *p.x);
    float *const all = ls_alloc((size_t)size * widest_extents, sizeof *all);
    size_t *const bytes = ls_alloc((size_t)size, sizeof *bytes);
    ls_status status = p.samples && p.x && all && bytes ? LS_OK : LS_OTHER;
    if (status == LS_OK)
        status = init(&scan->x, source->shape.c, arena);
    if (status == LS_OK)
        status = init(&scan->y, labels, arena);
    if (status == LS_OK)
        status = read(&p, source->len * rank / size, source->len * (rank + 1) / size, scan);
    LS_TRY_OUT(ls_agree(peers, status));
    merge(&scan->x, peers, all, bytes);
    merge(&scan->y, peers, all, bytes);
out:
    ls_free(p.samples);
    ls_free(p.x);
    ls_free(all);
    ls_free(bytes);
    return status;
}
