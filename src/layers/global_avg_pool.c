#include "src/base/vector.h"
#include "src/layers/shapes.h"

#include <string.h>

static ls_status plan(struct ls_layer *layer)
{
    const struct ls_shape in = layer->in[0];
    char text[LS_SHAPE_TEXT];
    if (in.axes == 1)
        return ls_fail(LS_USAGE, "takes (C, L) or (C, H, W), got features %s",
                       ls_shape_text(in, text));
    layer->out = (struct ls_shape){1, in.c, 1, 1};
    layer->flops = (double)ls_shape_len(in);
    return LS_OK;
}

/* Rows are added one after the other. */
static LS_VECTOR void average(size_t pixels, size_t c, const real *restrict x, real *restrict y)
{
    for (size_t i = 0; i < c; i++)
        y[i] = x[i];
    for (size_t pixel = 1; pixel < pixels; pixel++)
        for (size_t i = 0; i < c; i++)
            y[i] += x[pixel * c + i];
    for (size_t i = 0; i < c; i++)
        y[i] /= LS_R(pixels);
}

static LS_VECTOR void divide(size_t c, real pixels, const real *restrict dy, real *restrict dx)
{
    for (size_t i = 0; i < c; i++)
        dx[i] = dy[i] / pixels;
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t c = layer->out.c, pixels = layer->in[0].h * layer->in[0].w;
    for (size_t sample = 0; sample < call->n; sample++)
        average(pixels, c, call->x[0] + sample * pixels * c, call->y + sample * c);
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t c = layer->out.c, pixels = layer->in[0].h * layer->in[0].w;
    real *dx = call->dx[0];
    for (size_t sample = 0; dx && sample < call->n; sample++, dx += pixels * c) {
        divide(c, LS_R(pixels), call->dy + sample * c, dx);
        for (size_t pixel = 1; pixel < pixels; pixel++)
            memcpy(dx + pixel * c, dx, c * sizeof *dx);
    }
}

const struct ls_layer_ops ls_layer_global_avg_pool = {
    .kind = "global_avg_pool",
    .help = "mean of each channel over the image: (C, H, W) or (C, L) to (C)",
    .options = ls_no_options,
    .min_inputs = 1,
    .max_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
