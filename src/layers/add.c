#include "src/base/vector.h"
#include "src/layers/shapes.h"

#include <string.h>

enum { PIECE = 256 }; /* elements of a sum of more than two that are at hand at a time */

static ls_status plan(struct ls_layer *layer)
{
    char first[LS_SHAPE_TEXT], other[LS_SHAPE_TEXT];
    for (int i = 1; i < layer->n_in; i++)
        if (!ls_shape_equal(layer->in[0], layer->in[i]))
            return ls_fail(LS_USAGE, "add: branches differ: %s and %s",
                           ls_shape_text(layer->in[0], first), ls_shape_text(layer->in[i], other));
    return ls_same_shape_plan(layer);
}

/* All inputs are read before y is written, which may be any of them. */
static LS_VECTOR void sum(size_t len, int n_in, const real *const *inputs, real *y)
{
    real piece[PIECE];
    for (size_t at = 0; at < len; at += PIECE) {
        const size_t n = len - at < PIECE ? len - at : PIECE;
        const real *const a = inputs[0] + at, *const last = inputs[n_in - 1] + at;
        if (n_in > 2)
            memcpy(piece, a, n * sizeof *a);
        for (int i = 1; i < n_in - 1; i++)
            for (size_t j = 0; j < n; j++)
                piece[j] += inputs[i][at + j];
        const real *const others = n_in > 2 ? piece : a;
#pragma omp simd
        for (size_t j = 0; j < n; j++)
            y[at + j] = others[j] + last[j];
    }
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    sum(call->n * ls_shape_len(layer->out), layer->n_in, call->x, call->y);
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t len = call->n * ls_shape_len(layer->out);
    for (int i = 0; i < layer->n_in; i++)
        if (call->dx[i] && call->dx[i] != call->dy)
            memcpy(call->dx[i], call->dy, len * sizeof(real));
}

const struct ls_layer_ops ls_layer_add = {
    .kind = "add",
    .help = "sum of two or more branches of one shape",
    .options = ls_no_options,
    .min_inputs = 2,
    .max_inputs = LS_MAX_INPUTS,
    .traits = LS_IN_PLACE | LS_SHARES_DY,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
