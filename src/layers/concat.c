#include "src/layers/shapes.h"

#include <string.h>

static ls_status plan(struct ls_layer *layer)
{
    char first[LS_SHAPE_TEXT], other[LS_SHAPE_TEXT];
    layer->out = layer->in[0];
    for (int i = 1; i < layer->n_in; i++) {
        const struct ls_shape a = layer->in[0], b = layer->in[i];
        if (a.axes != b.axes || a.h != b.h || a.w != b.w)
            return ls_fail(LS_USAGE, "concat: branches differ in more than C: %s and %s",
                           ls_shape_text(a, first), ls_shape_text(b, other));
        layer->out.c += b.c;
    }
    LS_TRY(ls_shape_check(layer->out));
    layer->flops = (double)ls_shape_len(layer->out);
    return LS_OK;
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t pixels = call->n * layer->out.h * layer->out.w, c = layer->out.c;
    real *y = call->y;
    for (int i = 0; i < layer->n_in; y += layer->in[i++].c) {
        const size_t width = layer->in[i].c;
        for (size_t pixel = 0; pixel < pixels; pixel++)
            memcpy(y + pixel * c, call->x[i] + pixel * width, width * sizeof *y);
    }
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t pixels = call->n * layer->out.h * layer->out.w, c = layer->out.c;
    const real *dy = call->dy;
    for (int i = 0; i < layer->n_in; dy += layer->in[i++].c) {
        const size_t width = layer->in[i].c;
        for (size_t pixel = 0; call->dx[i] && pixel < pixels; pixel++)
            memcpy(call->dx[i] + pixel * width, dy + pixel * c, width * sizeof *dy);
    }
}

const struct ls_layer_ops ls_layer_concat = {
    .kind = "concat",
    .help = "two or more branches one after the other along C",
    .options = ls_no_options,
    .min_inputs = 2,
    .max_inputs = LS_MAX_INPUTS,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
