/* Scaling in two passes, along rows and then along columns, in the fixed-point arithmetic of
 * Pillow. Source: Pillow, Resample.c. */
#include <math.h>

#include "launch/import/image.h"
#include "src/base/arena.h"

enum { POINT = 22 }; /* bits behind the point of a weight */

/* For each output along an axis, the inputs that it is a mean of. */
struct taps {
    size_t room; /* weights per output */
    size_t *first, *len;
    int32_t *weight; /* (outputs, room) */
};

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static ls_status plan(size_t in, size_t out, struct ls_arena *arena, struct taps *taps)
{
    const double scale = (double)in / (double)out, reach = scale < 1 ? 1 : scale;
    taps->room = 2 * (size_t)ceil(reach) + 1;
    taps->first = ls_arena_get(arena, out, sizeof *taps->first);
    taps->len = ls_arena_get(arena, out, sizeof *taps->len);
    taps->weight = ls_arena_get(arena, out * taps->room, sizeof *taps->weight);
    double *share = ls_arena_get(arena, taps->room, sizeof *share);
    if (!taps->first || !taps->len || !taps->weight || !share)
        return LS_OTHER;
    for (size_t o = 0; o < out; o++) {
        const double centre = ((double)o + 0.5) * scale;
        const size_t first = (size_t)clamp(centre - reach + 0.5, 0, (double)in);
        const size_t end = (size_t)clamp(centre + reach + 0.5, 0, (double)in);
        double sum = 0;
        for (size_t i = first; i < end; i++) {
            const double away = fabs(((double)i - centre + 0.5) * (1 / reach));
            share[i - first] = away < 1 ? 1 - away : 0;
            sum += share[i - first];
        }
        for (size_t i = 0; i < end - first; i++)
            taps->weight[o * taps->room + i] =
                (int32_t)(0.5 + share[i] / sum * (double)(1 << POINT));
        taps->first[o] = first;
        taps->len[o] = end - first;
    }
    return LS_OK;
}

/* The mean for output o of values that lie `stride` apart. */
static uint8_t mean(const struct taps *taps, size_t o, const uint8_t *in, size_t stride)
{
    const int32_t *weight = taps->weight + o * taps->room;
    int32_t sum = 1 << (POINT - 1);
    in += taps->first[o] * stride;
    for (size_t i = 0; i < taps->len[o]; i++)
        sum += weight[i] * in[i * stride];
    sum >>= POINT;
    return (uint8_t)(sum > UINT8_MAX ? UINT8_MAX : sum);
}

ls_status ls_image_resize(const struct ls_image *from, const struct ls_image *to)
{
    const size_t channels = from->channels, stride = to->width * channels;
    struct ls_arena arena;
    struct taps along_row, along_column;
    ls_status status;
    ls_arena_init(&arena);
    uint8_t *narrow = ls_arena_get(&arena, from->height, stride);
    LS_TRY_OUT(narrow ? LS_OK : LS_OTHER);
    LS_TRY_OUT(plan(from->width, to->width, &arena, &along_row));
    LS_TRY_OUT(plan(from->height, to->height, &arena, &along_column));
    for (size_t row = 0; row < from->height; row++)
        for (size_t i = 0; i < stride; i++)
            narrow[row * stride + i] =
                mean(&along_row, i / channels,
                     from->pixels + row * from->width * channels + i % channels, channels);
    for (size_t row = 0; row < to->height; row++)
        for (size_t i = 0; i < stride; i++)
            to->pixels[row * stride + i] = mean(&along_column, row, narrow + i, stride);
out:
    ls_arena_release(&arena);
    return status;
}
