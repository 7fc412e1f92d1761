#include "src/layers/shapes.h"

/* One channel or one pixel: the order in memory is that of features already. */
static bool is_identity(struct ls_shape in)
{
    return in.c == 1 || in.h * in.w == 1;
}

static ls_status plan(struct ls_layer *layer)
{
    if (is_identity(layer->in[0]))
        layer->traits |= LS_IN_PLACE | LS_SHARES_DY;
    LS_TRY(ls_shape_check(layer->in[0]));
    layer->out = (struct ls_shape){1, ls_shape_len(layer->in[0]), 1, 1};
    layer->flops = (double)layer->out.c;
    return LS_OK;
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    const struct ls_shape in = layer->in[0];
    ls_flip(call->n, in.h * in.w, in.c, call->x[0], call->y);
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const struct ls_shape in = layer->in[0];
    if (call->dx[0])
        ls_flip(call->n, in.c, in.h * in.w, call->dy, call->dx[0]);
}

const struct ls_layer_ops ls_layer_flatten = {
    .kind = "flatten",
    .help = "an image as features, in the order C, H, W",
    .options = ls_no_options,
    .min_inputs = 1,
    .max_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
