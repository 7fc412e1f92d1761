#include "src/layers/shapes.h"

#include <string.h>

/* Which tap of the window won, for each output: a byte, or 32 bits for windows of more taps. */
enum { BYTE_TAPS = 256 };

static bool is_wide(const struct ls_layer *layer)
{
    const struct ls_window *v = layer->plan;
    return v->size.h * v->size.w > BYTE_TAPS;
}

static ls_status plan(struct ls_layer *layer)
{
    LS_TRY(ls_pool_plan(layer));
    layer->saved_bytes =
        ls_shape_len(layer->out) * (is_wide(layer) ? sizeof(uint32_t) : sizeof(uint8_t));
    return LS_OK;
}

/* The work on one pixel of the window, for the `c` channels from `at` on of the winners.
 * take_best holds x against the best so far. Like PyTorch: the first of equals wins, and NaN
 * beats everything, so that it is not lost. give_back hands dy to the winner. */
#define WORK(type)                                                                                 \
    static void take_best_##type(size_t c, uint32_t tap, const real *restrict x, real *restrict y, \
                                 void *saved, size_t at)                                           \
    {                                                                                              \
        type *restrict winner = (type *)saved + at;                                                \
        for (size_t i = 0; i < c; i++) {                                                           \
            const bool better = x[i] > y[i] || isnan(x[i]);                                        \
            y[i] = better ? x[i] : y[i];                                                           \
            winner[i] = better ? (type)tap : winner[i];                                            \
        }                                                                                          \
    }                                                                                              \
    static void start_##type(size_t c, uint32_t tap, const real *restrict x, real *restrict y,     \
                             void *saved, size_t at)                                               \
    {                                                                                              \
        type *restrict winner = (type *)saved + at;                                                \
        for (size_t i = 0; i < c; i++) {                                                           \
            y[i] = x[i];                                                                           \
            winner[i] = (type)tap;                                                                 \
        }                                                                                          \
    }                                                                                              \
    static void give_back_##type(size_t c, uint32_t tap, const real *restrict dy,                  \
                                 real *restrict dx, const void *saved, size_t at)                  \
    {                                                                                              \
        const type *restrict winner = (const type *)saved + at;                                    \
        for (size_t i = 0; i < c; i++)                                                             \
            dx[i] += winner[i] == (type)tap ? dy[i] : 0;                                           \
    }
WORK(uint8_t)
WORK(uint32_t)

/* The pixel of the image under tap (i, j) of the window at (row, column); false in the padding. */
static bool find_pixel(const struct ls_layer *layer, const size_t place[2], size_t i, size_t j,
                       size_t *pixel)
{
    const struct ls_window *v = layer->plan;
    const struct ls_shape in = layer->in[0];
    const size_t y = place[0] % v->out.h * v->stride.h + i, x = place[1] * v->stride.w + j;
    if (y < v->pad.h || x < v->pad.w || y - v->pad.h >= in.h || x - v->pad.w >= in.w)
        return false;
    *pixel = (place[0] / v->out.h * in.h + y - v->pad.h) * in.w + x - v->pad.w;
    return true;
}

static void pool_pixel(const struct ls_layer *layer, const struct ls_call *call,
                       const size_t place[2])
{
    const struct ls_window *v = layer->plan;
    const size_t c = layer->out.c, at = (place[0] * v->out.w + place[1]) * c;
    const bool wide = is_wide(layer);
    bool started = false;
    for (size_t i = 0; i < v->size.h; i++)
        for (size_t j = 0; j < v->size.w; j++) {
            const uint32_t tap = (uint32_t)(i * v->size.w + j);
            size_t pixel;
            if (!find_pixel(layer, place, i, j, &pixel))
                continue;
            if (started)
                (wide ? take_best_uint32_t : take_best_uint8_t)(c, tap, call->x[0] + pixel * c,
                                                                call->y + at, call->saved, at);
            else
                (wide ? start_uint32_t : start_uint8_t)(c, tap, call->x[0] + pixel * c,
                                                        call->y + at, call->saved, at);
            started = true;
        }
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    const struct ls_window *v = layer->plan;
    for (size_t row = 0; row < call->n * v->out.h; row++)
        for (size_t column = 0; column < v->out.w; column++)
            pool_pixel(layer, call, (const size_t[]){row, column});
}

static void scatter_pixel(const struct ls_layer *layer, const struct ls_call *call,
                          const size_t place[2])
{
    const struct ls_window *v = layer->plan;
    const size_t c = layer->out.c, at = (place[0] * v->out.w + place[1]) * c;
    const bool wide = is_wide(layer);
    for (size_t i = 0; i < v->size.h; i++)
        for (size_t j = 0; j < v->size.w; j++) {
            size_t pixel;
            if (find_pixel(layer, place, i, j, &pixel))
                (wide ? give_back_uint32_t
                      : give_back_uint8_t)(c, (uint32_t)(i * v->size.w + j), call->dy + at,
                                           call->dx[0] + pixel * c, call->saved, at);
        }
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const struct ls_window *v = layer->plan;
    if (!call->dx[0])
        return;
    memset(call->dx[0], 0, call->n * ls_shape_len(layer->in[0]) * sizeof(real));
    for (size_t row = 0; row < call->n * v->out.h; row++)
        for (size_t column = 0; column < v->out.w; column++)
            scatter_pixel(layer, call, (const size_t[]){row, column});
}

const struct ls_layer_ops ls_layer_max_pool = {
    .kind = "max_pool",
    .help = "maximum over a window",
    .options = ls_pool_options,
    .args_bytes = sizeof(struct ls_pool_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
