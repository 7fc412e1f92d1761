#include "src/layers/pointwise.h"

static inline real value(real x, real a)
{
    (void)a;
    return ls_tanh(x);
}

static inline real gradient(real y, real dy, real a)
{
    (void)a;
    return dy * (1 - y * y);
}

LS_POINTWISE(value, gradient, ls_no_parameter)

const struct ls_layer_ops ls_layer_tanh = {
    .kind = "tanh",
    .help = "hyperbolic tangent",
    .options = ls_no_options,
    LS_POINTWISE_OPS(LS_BACKWARD_READS_Y | LS_BOUNDED),
};
