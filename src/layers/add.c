#include "src/layers/shapes.h"

#include <string.h>

static ls_status plan(struct ls_layer *layer)
{
    char first[LS_SHAPE_TEXT], other[LS_SHAPE_TEXT];
    for (int i = 1; i < layer->n_in; i++)
        if (!ls_shape_equal(layer->in[0], layer->in[i]))
            return ls_fail(LS_USAGE, "add: branches differ: %s and %s",
                           ls_shape_text(layer->in[0], first), ls_shape_text(layer->in[i], other));
    return ls_same_shape_plan(layer);
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t len = call->n * ls_shape_len(layer->out);
    real *restrict y = call->y;
    memcpy(y, call->x[0], len * sizeof *y);
    for (int i = 1; i < layer->n_in; i++) {
        const real *restrict x = call->x[i];
        for (size_t j = 0; j < len; j++)
            y[j] += x[j];
    }
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t len = call->n * ls_shape_len(layer->out);
    for (int i = 0; i < layer->n_in; i++)
        if (call->dx[i])
            memcpy(call->dx[i], call->dy, len * sizeof(real));
}

const struct ls_layer_ops ls_layer_add = {
    .kind = "add",
    .help = "sum of two or more branches of one shape",
    .options = ls_no_options,
    .min_inputs = 2,
    .max_inputs = LS_MAX_INPUTS,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
