#include "src/examine/scale.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 4096 };

ls_status ls_most_of_ranks(const struct ls_peers *peers, double *values, size_t len)
{
    const size_t size = (size_t)peers->size;
    double *const all = ls_alloc(size * PIECE, sizeof *all);
    size_t *const bytes = ls_alloc(size, sizeof *bytes);
    const ls_status status = ls_agree(peers, all && bytes ? LS_OK : LS_OTHER);
    for (size_t at = 0; status == LS_OK && at < len; at += PIECE) {
        const size_t n = len - at < PIECE ? len - at : PIECE;
        for (size_t r = 0; r < size; r++)
            bytes[r] = n * sizeof *values;
        ls_gather(peers, values + at, all, bytes);
        for (size_t i = 0; i < size * n; i++)
            values[at + i % n] = fmax(values[at + i % n], all[i]);
    }
    ls_free(all);
    ls_free(bytes);
    return status;
}

/* Rows of a batch's inputs or targets. */
struct rows {
    const struct ls_batch *batch;
    int shards;
    struct ls_shape shape;
    const real *values; /* (shards, max_n, H, W, C) */
};

/* The largest value of one sample; NaN where none is finite. */
static double most_of(const struct rows *rows, const real *x, size_t *element, double *channels)
{
    double most = (double)NAN;
    for (size_t e = 0; e < ls_shape_len(rows->shape); e++) {
        const double size = fabs((double)x[e]);
        if (!isfinite(size))
            continue;
        double *const channel = &channels[e % rows->shape.c];
        *channel = fmax(*channel, size);
        if (!(size <= most)) {
            most = size;
            *element = e;
        }
    }
    return most;
}

/* Takes the next sample, in the order of the batch, into the scale so far. */
static void add(struct ls_scale *scale, const struct ls_scale *one)
{
    const bool same = scale->sample == one->sample;
    if (one->most > scale->most) {
        const double before = same ? scale->others : scale->most;
        *scale = (struct ls_scale){one->most,    one->value, one->sample,
                                   one->element, before,     scale->typical};
    } else if (!same) {
        scale->others = fmax(scale->others, one->most);
    }
    scale->others = fmax(scale->others, one->others);
}

static void measure(const struct rows *rows, double *channels, struct ls_scale *scale)
{
    const struct ls_batch *const batch = rows->batch;
    const size_t len = ls_shape_len(rows->shape);
    *scale = (struct ls_scale){.sample = UINT64_MAX};
    for (int s = 0; s < rows->shards; s++)
        for (size_t i = 0; i < batch->n[s]; i++) {
            const size_t at = (size_t)s * batch->max_n + i;
            size_t e = 0;
            const double most = most_of(rows, rows->values + at * len, &e, channels);
            if (isnan(most))
                continue;
            const struct ls_scale one = {.most = most,
                                         .value = (double)rows->values[at * len + e],
                                         .sample = batch->samples[at],
                                         .element = ls_place_in_file(rows->shape, e)};
            add(scale, &one);
        }
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static ls_status scale_rows(const struct rows *rows, const struct ls_peers *peers,
                            struct ls_arena *arena, struct ls_scale *scale)
{
    const size_t size = (size_t)peers->size, c = rows->shape.c;
    double *const channels = ls_arena_get(arena, c, sizeof *channels);
    struct ls_scale *const all = ls_arena_get(arena, size, sizeof *all);
    size_t *const bytes = ls_arena_get(arena, size, sizeof *bytes);
    LS_TRY(ls_agree(peers, channels && all && bytes ? LS_OK : LS_OTHER));
    struct ls_scale mine;
    measure(rows, channels, &mine);
    for (size_t r = 0; r < size; r++)
        bytes[r] = sizeof mine;
    ls_gather(peers, &mine, all, bytes);
    *scale = all[0];
    for (size_t r = 1; r < size; r++)
        add(scale, &all[r]);
    LS_TRY(ls_most_of_ranks(peers, channels, c));
    qsort(channels, c, sizeof *channels, ascending);
    scale->typical = channels[c / 2];
    return LS_OK;
}

ls_status ls_scale_x(const struct ls_batch *batch, int shards, struct ls_shape shape,
                     const struct ls_peers *peers, struct ls_arena *arena, struct ls_scale *scale)
{
    const struct rows rows = {batch, shards, shape, batch->x};
    return scale_rows(&rows, peers, arena, scale);
}

ls_status ls_scale_y(const struct ls_batch *batch, int shards, size_t k,
                     const struct ls_peers *peers, struct ls_arena *arena, struct ls_scale *scale)
{
    const struct rows rows = {batch, shards, {1, k, 1, 1}, batch->values};
    return scale_rows(&rows, peers, arena, scale);
}
