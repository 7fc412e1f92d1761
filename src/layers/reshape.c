#include "src/layers/shapes.h"

struct reshape_args {
    struct ls_sizes shape;
};

static const struct ls_option options[] = {{"shape", LS_SIZES, offsetof(struct reshape_args, shape),
                                            NULL, 1, 1 << 24, NULL, "C, L or C, H, W"},
                                           {.name = NULL}};

/* One channel or one pixel: the order in memory is that of features already. */
static bool is_identity(struct ls_shape out)
{
    return out.c == 1 || out.h * out.w == 1;
}

static ls_status plan(struct ls_layer *layer)
{
    const struct ls_sizes *const shape = &((const struct reshape_args *)layer->args)->shape;
    char text[LS_SHAPE_TEXT];
    if (shape->len != 2 && shape->len != 3)
        return ls_fail(LS_USAGE, "shape takes [C, L] or [C, H, W], got %zu numbers", shape->len);
    layer->out =
        (struct ls_shape){(int)shape->len, shape->value[0], shape->len == 3 ? shape->value[1] : 1,
                          shape->value[shape->len - 1]};
    LS_TRY(ls_shape_check(layer->out));
    if (layer->in[0].axes != 1 || layer->in[0].c != ls_shape_len(layer->out))
        return ls_fail(LS_USAGE,
                       "a shape of %zu values needs as many features, but its input is %s",
                       ls_shape_len(layer->out), ls_shape_text(layer->in[0], text));
    if (is_identity(layer->out))
        layer->traits |= LS_IN_PLACE | LS_SHARES_DY;
    layer->flops = (double)layer->in[0].c;
    return LS_OK;
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    ls_flip(call->n, layer->out.c, layer->out.h * layer->out.w, call->x[0], call->y);
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    if (call->dx[0])
        ls_flip(call->n, layer->out.h * layer->out.w, layer->out.c, call->dy, call->dx[0]);
}

const struct ls_layer_ops ls_layer_reshape = {
    .kind = "reshape",
    .help = "features as an image, in the order C, H, W",
    .options = options,
    .args_bytes = sizeof(struct reshape_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
