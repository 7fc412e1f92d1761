#include "src/layers/shapes.h"

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

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t c = layer->out.c, pixels = layer->in[0].h * layer->in[0].w;
    for (size_t sample = 0; sample < call->n; sample++) {
        real *y = call->y + sample * c;
        ls_sum_rows(pixels, c, call->x[0] + sample * pixels * c, y);
        for (size_t i = 0; i < c; i++)
            y[i] /= LS_R(pixels);
    }
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t c = layer->out.c, pixels = layer->in[0].h * layer->in[0].w;
    real *restrict dx = call->dx[0];
    for (size_t row = 0; dx && row < call->n * pixels; row++) {
        const real *restrict dy = call->dy + row / pixels * c;
        for (size_t i = 0; i < c; i++)
            dx[row * c + i] = dy[i] / LS_R(pixels);
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
