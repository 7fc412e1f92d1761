#include "src/data/statistics.h"

enum { READ_BYTES = 1 << 22 };

/* Buffers of one pass over a rank's samples. */
struct pass {
    struct ls_source *source;
    const struct ls_subset *subset;
    size_t some;       /* samples read at a time */
    uint64_t *samples; /* (some) */
    float *x;          /* (some, C, H, W) */
    double *moments;   /* (1 + 2 C) of one sample */
};

/* Moments of one sample, over the values of each channel. */
static ls_status sample_moments(const struct pass *p, uint64_t sample, const float *x)
{
    const struct ls_shape s = p->source->shape;
    const size_t area = s.h * s.w;
    double *const mean = p->moments + 1, *const m2 = mean + s.c;
    p->moments[0] = (double)area;
    for (size_t c = 0; c < s.c; c++, x += area) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < area; i++)
            sum += (double)x[i];
        mean[c] = sum / (double)area;
        for (size_t i = 0; i < area; i++)
            squares += ((double)x[i] - mean[c]) * ((double)x[i] - mean[c]);
        m2[c] = squares;
        if (!isfinite(squares))
            return ls_fail(LS_DATA, "%s: sample %llu has a value that is not finite in channel %zu",
                           p->source->path, (unsigned long long)sample, c);
    }
    return LS_OK;
}

static ls_status shard_moments(const struct pass *p, uint64_t begin, uint64_t end, double *leaf)
{
    const size_t len = ls_shape_len(p->source->shape), channels = p->source->shape.c;
    for (uint64_t at = begin; at < end; at += p->some) {
        const size_t n = end - at < p->some ? (size_t)(end - at) : p->some;
        for (size_t i = 0; i < n; i++)
            p->samples[i] = ls_subset_sample(p->subset, at + i);
        LS_TRY(ls_source_read_x(p->source, p->samples, n, p->x));
        for (size_t i = 0; i < n; i++) {
            LS_TRY(sample_moments(p, p->samples[i], p->x + i * len));
            ls_merge_moments(leaf, p->moments, 1 + 2 * channels);
        }
    }
    return LS_OK;
}

ls_status ls_statistics(struct ls_source *source, const struct ls_subset *subset,
                        const struct ls_tree *tree, const struct ls_peers *peers, float *mean,
                        float *std)
{
    const size_t channels = source->shape.c, len = 1 + 2 * channels;
    const size_t bytes = ls_shape_len(source->shape) * sizeof(float);
    const size_t some = bytes < READ_BYTES ? READ_BYTES / bytes : 1;
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_fold fold;
    struct pass p = {.source = source, .subset = subset, .some = some};
    ls_status status = ls_fold_init(&fold, tree, peers, len, &arena);
    p.samples = ls_arena_get(&arena, some, sizeof *p.samples);
    p.x = ls_arena_get(&arena, some, bytes);
    p.moments = ls_arena_get(&arena, len, sizeof(double));
    if (!p.samples || !p.x || !p.moments)
        status = LS_OTHER;
    LS_TRY_OUT(ls_agree(peers, status));

    for (int s = tree->first; status == LS_OK && s < tree->last; s++)
        status = shard_moments(&p, subset->len * (unsigned)s / (unsigned)tree->shards,
                               subset->len * (unsigned)(s + 1) / (unsigned)tree->shards,
                               ls_fold_leaf(&fold, s - tree->first, len));
    LS_TRY_OUT(ls_agree(peers, status));
    const double *const root = ls_fold(&fold, ls_merge_moments, len);
    for (size_t c = 0; c < channels; c++) {
        const float deviation = (float)sqrt(root[1 + channels + c] / root[0]);
        mean[c] = (float)root[1 + c];
        std[c] = deviation > 0 ? deviation : 1.0f;
    }
out:
    ls_arena_release(&arena);
    return status;
}
