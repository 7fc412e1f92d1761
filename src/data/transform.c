#include "src/data/transform.h"

#include <string.h>

#include "src/base/philox.h"

/* Where output pixel (0, 0) comes from, and in which direction columns run. */
struct window {
    long top, left;
    bool flip;
};

static long below(uint32_t word, size_t range)
{
    return (long)((uint64_t)word * range >> 32);
}

static struct window draw(const struct ls_transform *t, uint64_t epoch, uint64_t sample)
{
    const struct ls_draw word = ls_philox(t->seed, ls_stream(LS_DRAW_AUGMENT, 0, epoch), sample);
    const size_t pad = t->augment.crop_pad;
    struct window window = {0, 0, t->augment.flip && (word.word[0] & 1)};
    if (pad > 0) {
        window.left = below(word.word[2], 2 * pad + 1) - (long)pad;
        if (t->shape.axes == 3)
            window.top = below(word.word[1], 2 * pad + 1) - (long)pad;
    }
    return window;
}

/* One channel through a window. */
static void copy_channel(struct ls_shape s, struct window window, const float *restrict in,
                         float mean, float std, real *restrict out)
{
    const real outside = LS_R((0.0f - mean) / std);
    for (size_t h = 0; h < s.h; h++) {
        const long from_h = (long)h + window.top;
        const bool row_inside = from_h >= 0 && from_h < (long)s.h;
        for (size_t w = 0; w < s.w; w++) {
            const long column = (long)w + window.left;
            const long from_w = window.flip ? (long)s.w - 1 - column : column;
            const bool inside = row_inside && from_w >= 0 && from_w < (long)s.w;
            out[(h * s.w + w) * s.c] =
                inside ? LS_R((in[(size_t)from_h * s.w + (size_t)from_w] - mean) / std) : outside;
        }
    }
}

static void plain_channel(struct ls_shape s, const float *restrict in, float mean, float std,
                          real *restrict out)
{
    for (size_t i = 0; i < s.h * s.w; i++)
        out[i * s.c] = LS_R((in[i] - mean) / std);
}

static void normalize_features(size_t f, const float *restrict in, const float *restrict mean,
                               const float *restrict std, real *restrict out)
{
    for (size_t i = 0; i < f; i++)
        out[i] = LS_R((in[i] - mean[i]) / std[i]);
}

void ls_transform(const struct ls_transform *t, bool training, uint64_t epoch, uint64_t sample,
                  const float *restrict in, real *restrict out)
{
    const struct ls_shape s = t->shape;
    if (s.axes == 1 && t->mean) {
        normalize_features(s.c, in, t->mean, t->std, out);
        return;
    }
    if (s.axes == 1) {
        for (size_t i = 0; i < s.c; i++)
            out[i] = LS_R(in[i]);
        return;
    }
    const bool augment = training && (t->augment.flip || t->augment.crop_pad > 0);
    const struct window window = augment ? draw(t, epoch, sample) : (struct window){0};
    for (size_t c = 0; c < s.c; c++) {
        const float mean = t->mean ? t->mean[c] : 0.0f, std = t->mean ? t->std[c] : 1.0f;
        if (augment)
            copy_channel(s, window, in + c * s.h * s.w, mean, std, out + c);
        else
            plain_channel(s, in + c * s.h * s.w, mean, std, out + c);
    }
}
