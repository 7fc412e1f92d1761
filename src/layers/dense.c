#include "src/layers/shapes.h"

#include <limits.h>

struct dense_args {
    size_t out;
    bool bias;
};

static const struct ls_option options[] = {
    {"out", LS_SIZE, offsetof(struct dense_args, out), NULL, 1, INT_MAX, NULL, "number of outputs"},
    {"bias", LS_BOOL, offsetof(struct dense_args, bias), "true", 0, 0, NULL, "adds a bias"},
    {.name = NULL}};

static ls_status plan(struct ls_layer *layer)
{
    const struct dense_args *args = layer->args;
    const struct ls_shape in = layer->in[0];
    char text[LS_SHAPE_TEXT];
    if (in.axes != 1)
        return ls_fail(LS_USAGE,
                       "dense takes features (F), got %s: put flatten or global_avg_pool before it",
                       ls_shape_text(in, text));
    LS_TRY(ls_shape_check(in));
    const double bound = 1 / sqrt((double)in.c);
    layer->out = (struct ls_shape){1, args->out, 1, 1};
    layer->n_params = args->bias ? 2 : 1;
    layer->params[0] = (struct ls_param){
        .name = "weight", .axes = 2, .dims = {args->out, in.c}, .init_bound = bound};
    layer->params[1] =
        (struct ls_param){.name = "bias", .axes = 1, .dims = {args->out}, .init_bound = bound};
    layer->flops = 2 * (double)in.c * (double)args->out;
    return LS_OK;
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    layer->engine->dense_forward(call->n, layer->in[0].c, layer->out.c, call->x[0], layer->param[0],
                                 layer->n_params > 1 ? layer->param[1] : NULL, call->y);
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t f = layer->in[0].c, k = layer->out.c;
    if (call->dx[0])
        layer->engine->dense_backward_data(call->n, f, k, call->dy, layer->param[0], call->dx[0]);
    if (call->grad[0])
        layer->engine->dense_backward_weights(call->n, f, k, call->x[0], call->dy, call->grad[0]);
    if (call->grad[1])
        ls_sum_rows(call->n, k, call->dy, call->grad[1]);
}

const struct ls_layer_ops ls_layer_dense = {
    .kind = "dense",
    .help = "fully connected: y = x w^T + b",
    .options = options,
    .args_bytes = sizeof(struct dense_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
