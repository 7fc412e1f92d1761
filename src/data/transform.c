#include "src/data/transform.h"

#include <math.h>
#include <string.h>

#include "src/base/philox.h"
#include "src/base/vector.h"

enum { PIECE = 256 }; /* pixels that are normalised before they are dealt out */

/* Where output pixel (0, 0) comes from, and in which direction columns run. */
struct window {
    long top, left;
    bool flip;
};

static long below(uint32_t word, size_t range)
{
    return (long)((uint64_t)word * range >> 32);
}

static struct window draw(const struct ls_transform *t, uint64_t occasion, uint64_t sample)
{
    const uint64_t stream = ls_stream(LS_DRAW_AUGMENT, (uint32_t)(occasion >> 32), occasion);
    const struct ls_draw word = ls_philox(t->seed, stream, sample);
    const size_t pad = t->augment.crop_pad;
    struct window window = {0, 0, t->augment.flip && (word.word[0] & 1)};
    if (pad > 0) {
        window.left = below(word.word[2], 2 * pad + 1) - (long)pad;
        if (t->shape.axes == 3)
            window.top = below(word.word[1], 2 * pad + 1) - (long)pad;
    }
    return window;
}

static LS_VECTOR void normalize(size_t n, const float *restrict in, float mean, float std,
                                real *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = LS_R((in[i] - mean) / std);
}

/* What one channel of one sample is normalised by. A constant one becomes zero. */
struct figures {
    float mean, std, outside; /* `outside`: of the image, normalised */
};

static struct figures own_figures(size_t n, const float *in)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)in[i];
    const double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += ((double)in[i] - mean) * ((double)in[i] - mean);
    const float std = (float)sqrt(squares / (double)n);
    return (struct figures){(float)mean, std > 0 ? std : 1.0f, 0.0f};
}

static struct figures figures_of(const struct ls_transform *t, size_t c, const float *in)
{
    if (t->own)
        return own_figures(t->shape.h * t->shape.w, in);
    const float mean = t->mean ? t->mean[c] : 0.0f, std = t->mean ? t->std[c] : 1.0f;
    return (struct figures){mean, std, (0.0f - mean) / std};
}

/* n pixels of one channel in a row, as they lie or backwards, to every c-th place of `out`. */
static void copy_row(size_t n, size_t c, const float *restrict in, float mean, float std, bool flip,
                     real *restrict out)
{
    if (c == 1 && !flip) {
        normalize(n, in, mean, std, out);
        return;
    }
    real piece[PIECE];
    for (size_t at = 0; at < n; at += PIECE) {
        const size_t len = n - at < PIECE ? n - at : PIECE;
        normalize(len, in + at, mean, std, piece);
        for (size_t i = 0; i < len; i++)
            out[(flip ? n - 1 - at - i : at + i) * c] = piece[i];
    }
}

static void fill_row(size_t n, size_t c, real value, real *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i * c] = value;
}

static size_t clamp(long place, size_t most)
{
    return place < 0 ? 0 : (size_t)place < most ? (size_t)place : most;
}

/* One channel through a window. Columns [begin, end) of the output come from the image. */
static void copy_channel(struct ls_shape s, struct window window, const float *restrict in,
                         struct figures by, real *restrict out)
{
    const real outside = LS_R(by.outside);
    const size_t begin = clamp(-window.left, s.w), end = clamp((long)s.w - window.left, s.w);
    const size_t left = (size_t)((long)begin + window.left), n = end > begin ? end - begin : 0;
    for (size_t h = 0; h < s.h; h++, out += s.w * s.c) {
        const long from_h = (long)h + window.top;
        if (from_h < 0 || from_h >= (long)s.h || n == 0) {
            fill_row(s.w, s.c, outside, out);
            continue;
        }
        const float *const row = in + (size_t)from_h * s.w;
        fill_row(begin, s.c, outside, out);
        copy_row(n, s.c, row + (window.flip ? s.w - left - n : left), by.mean, by.std, window.flip,
                 out + begin * s.c);
        fill_row(s.w - end, s.c, outside, out + end * s.c);
    }
}

static LS_VECTOR void normalize_features(size_t f, const float *restrict in,
                                         const float *restrict mean, const float *restrict std,
                                         real *restrict out)
{
    for (size_t i = 0; i < f; i++)
        out[i] = LS_R((in[i] - mean[i]) / std[i]);
}

void ls_transform(const struct ls_transform *t, bool training, uint64_t occasion, uint64_t sample,
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
    const struct window window = augment ? draw(t, occasion, sample) : (struct window){0};
    for (size_t c = 0; c < s.c; c++) {
        const float *const channel = in + c * s.h * s.w;
        const struct figures by = figures_of(t, c, channel);
        if (augment)
            copy_channel(s, window, channel, by, out + c);
        else
            copy_row(s.h * s.w, s.c, channel, by.mean, by.std, false, out + c);
    }
}
