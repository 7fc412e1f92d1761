#include "src/layers/linear.h"

#include <limits.h>

#include "src/layers/shapes.h"

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
    const struct ls_conv_sizes sizes = ls_dense_sizes(in.c, args->out);
    return ls_linear_plan(layer, &sizes, args->bias);
}

const struct ls_layer_ops ls_layer_dense = {
    .kind = "dense",
    .help = "fully connected: y = x w^T + b",
    .options = options,
    .args_bytes = sizeof(struct dense_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = LS_BACKWARD_READS_X | LS_WHOLE_SHARD | LS_WEIGHS,
    .plan = plan,
    .prepare = ls_linear_prepare,
    .expect = ls_linear_expect,
    .scratch_len = ls_linear_scratch_len,
    .forward = ls_linear_forward,
    .backward = ls_linear_backward,
};
