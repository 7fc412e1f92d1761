#include "src/base/vector.h"
#include "src/layers/shapes.h"

#include <string.h>

/* Which tap of the window won, for each output: a byte, or 32 bits for windows of more taps. */
enum { BYTE_TAPS = 256 };

enum { GROUP = 16, FEW = 4 }; /* channels that are worked on together, in registers */

/* Functions with a width or a choice among their arguments, which are constants where it counts. */
#define INLINE static inline __attribute__((always_inline))

static bool is_wide(const struct ls_layer *layer)
{
    const struct ls_window *v = layer->plan;
    return v->size.h * v->size.w > BYTE_TAPS;
}

static ls_status plan(struct ls_layer *layer)
{
    LS_TRY(ls_pool_plan(layer));
    layer->saved_bytes =
        ls_shape_len(layer->out) * (is_wide(layer) ? sizeof(int32_t) : sizeof(uint8_t));
    return LS_OK;
}

INLINE int32_t get_winner(const void *saved, size_t at, bool wide)
{
    return wide ? ((const int32_t *)saved)[at] : ((const uint8_t *)saved)[at];
}

INLINE void set_winner(void *saved, size_t at, bool wide, int32_t tap)
{
    if (wide)
        ((int32_t *)saved)[at] = tap;
    else
        ((uint8_t *)saved)[at] = (uint8_t)tap;
}

/* `width` channels of one output pixel, whose place is `at` in y and among the winners. Like
 * PyTorch: the first of equals wins, and NaN beats everything, so that it is not lost. */
INLINE void take_best(const struct ls_layer *layer, const struct ls_taps *taps, const real *x,
                      size_t width, real *y, void *saved, size_t at, bool wide)
{
    const size_t c = layer->out.c, window_row = ((const struct ls_window *)layer->plan)->size.w;
    real best[GROUP];
    int32_t winner[GROUP];
#pragma omp simd
    for (size_t i = 0; i < width; i++) {
        best[i] = x[i];
        winner[i] = (int32_t)taps->first;
    }
    for (size_t row = 0; row < taps->rows; row++)
        for (size_t column = 0; column < taps->columns; column++) {
            const real *const pixel = x + row * taps->image_row + column * c;
            const int32_t tap = (int32_t)(taps->first + row * window_row + column);
#pragma omp simd
            for (size_t i = 0; i < width; i++) {
                const bool better = (pixel[i] > best[i]) | isnan(pixel[i]);
                best[i] = better ? pixel[i] : best[i];
                winner[i] = better ? tap : winner[i];
            }
        }
#pragma omp simd
    for (size_t i = 0; i < width; i++) {
        y[at + i] = best[i];
        set_winner(saved, at + i, wide, winner[i]);
    }
}

INLINE void pool(const struct ls_layer *layer, const struct ls_call *call, bool wide)
{
    const size_t c = layer->out.c, w = layer->out.w, rows = call->n * layer->out.h;
    size_t at = 0;
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < w; column++) {
            const struct ls_taps taps = ls_window_taps(layer, row, column);
            const real *const x = call->x[0] + taps.at;
            size_t i = 0;
            for (; i + GROUP <= c; i += GROUP)
                take_best(layer, &taps, x + i, GROUP, call->y, call->saved, at + i, wide);
            for (; i + FEW <= c; i += FEW)
                take_best(layer, &taps, x + i, FEW, call->y, call->saved, at + i, wide);
            for (; i < c; i++)
                take_best(layer, &taps, x + i, 1, call->y, call->saved, at + i, wide);
            at += c;
        }
}

static LS_VECTOR void pool_bytes(const struct ls_layer *layer, const struct ls_call *call)
{
    pool(layer, call, false);
}

static LS_VECTOR void pool_wide(const struct ls_layer *layer, const struct ls_call *call)
{
    pool(layer, call, true);
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    (is_wide(layer) ? pool_wide : pool_bytes)(layer, call);
}

/* `width` channels from `first` on, whose place is `at` in dy and among the winners. Hands dy to
 * the winners: dx of the taps becomes it or 0 where windows are apart, else it is
 * added. */
INLINE void give_back(const struct ls_layer *layer, const struct ls_call *call,
                      const struct ls_taps *taps, size_t first, size_t width, size_t at, bool wide,
                      bool apart)
{
    const size_t c = layer->out.c, window_row = ((const struct ls_window *)layer->plan)->size.w;
    const real *const dy = call->dy + at;
    const void *const saved = call->saved;
    for (size_t row = 0; row < taps->rows; row++)
        for (size_t column = 0; column < taps->columns; column++) {
            real *const pixel = call->dx[0] + taps->at + row * taps->image_row + column * c + first;
            const int32_t tap = (int32_t)(taps->first + row * window_row + column);
#pragma omp simd
            for (size_t i = 0; i < width; i++) {
                const real won = get_winner(saved, at + i, wide) == tap ? dy[i] : 0;
                pixel[i] = apart ? won : pixel[i] + won;
            }
        }
}

INLINE void scatter(const struct ls_layer *layer, const struct ls_call *call, bool wide, bool apart)
{
    const size_t c = layer->out.c, w = layer->out.w, rows = call->n * layer->out.h;
    size_t at = 0;
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < w; column++) {
            const struct ls_taps taps = ls_window_taps(layer, row, column);
            size_t i = 0;
            for (; i + GROUP <= c; i += GROUP)
                give_back(layer, call, &taps, i, GROUP, at + i, wide, apart);
            for (; i + FEW <= c; i += FEW)
                give_back(layer, call, &taps, i, FEW, at + i, wide, apart);
            for (; i < c; i++)
                give_back(layer, call, &taps, i, 1, at + i, wide, apart);
            at += c;
        }
}

static LS_VECTOR void scatter_apart(const struct ls_layer *layer, const struct ls_call *call)
{
    scatter(layer, call, false, true);
}

static LS_VECTOR void scatter_bytes(const struct ls_layer *layer, const struct ls_call *call)
{
    scatter(layer, call, false, false);
}

static LS_VECTOR void scatter_wide(const struct ls_layer *layer, const struct ls_call *call)
{
    scatter(layer, call, true, false);
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const bool apart = ls_window_is_apart(layer->plan) && !is_wide(layer);
    if (!call->dx[0])
        return;
    if (!apart || !ls_window_covers(layer->plan, layer->in[0]))
        memset(call->dx[0], 0, call->n * ls_shape_len(layer->in[0]) * sizeof(real));
    (is_wide(layer) ? scatter_wide : apart ? scatter_apart : scatter_bytes)(layer, call);
}

const struct ls_layer_ops ls_layer_max_pool = {
    .kind = "max_pool",
    .help = "maximum over a window",
    .options = ls_pool_options,
    .args_bytes = sizeof(struct ls_pool_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = LS_NONLINEAR,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .window = ls_pool_window,
};
