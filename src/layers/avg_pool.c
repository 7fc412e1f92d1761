#include "src/base/vector.h"
#include "src/layers/shapes.h"

#include <string.h>

static real share(const struct ls_layer *layer)
{
    const struct ls_window *v = layer->plan;
    return 1 / LS_R(v->size.h * v->size.w);
}

static LS_VECTOR void gather(const struct ls_layer *layer, size_t rows, real scale,
                             const real *restrict x, real *restrict y)
{
    const size_t c = layer->out.c;
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < layer->out.w; column++, y += c) {
            const struct ls_taps taps = ls_window_taps(layer, row, column);
            memset(y, 0, c * sizeof *y);
            for (size_t i = 0; i < taps.rows; i++)
                for (size_t j = 0; j < taps.columns; j++)
                    ls_add_scaled(c, scale, x + taps.at + i * taps.image_row + j * c, y);
        }
}

/* Where windows are apart, each pixel takes its share of one dy; else shares are added. */
static LS_VECTOR void scatter(const struct ls_layer *layer, size_t rows, real scale, bool apart,
                              const real *restrict dy, real *restrict dx)
{
    const size_t c = layer->out.c;
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < layer->out.w; column++, dy += c) {
            const struct ls_taps taps = ls_window_taps(layer, row, column);
            for (size_t i = 0; i < taps.rows; i++)
                for (size_t j = 0; j < taps.columns; j++) {
                    real *const pixel = dx + taps.at + i * taps.image_row + j * c;
                    for (size_t k = 0; apart && k < c; k++)
                        pixel[k] = scale * dy[k];
                    if (!apart)
                        ls_add_scaled(c, scale, dy, pixel);
                }
        }
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    gather(layer, call->n * layer->out.h, share(layer), call->x[0], call->y);
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const bool apart = ls_window_is_apart(layer->plan);
    if (!call->dx[0])
        return;
    if (!apart || !ls_window_covers(layer->plan, layer->in[0]))
        memset(call->dx[0], 0, call->n * ls_shape_len(layer->in[0]) * sizeof(real));
    scatter(layer, call->n * layer->out.h, share(layer), apart, call->dy, call->dx[0]);
}

const struct ls_layer_ops ls_layer_avg_pool = {
    .kind = "avg_pool",
    .help = "mean over a window, zeros of the padding counted",
    .options = ls_pool_options,
    .args_bytes = sizeof(struct ls_pool_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .plan = ls_pool_plan,
    .forward = forward,
    .backward = backward,
    .window = ls_pool_window,
};
