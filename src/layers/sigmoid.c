#include "src/layers/pointwise.h"

static inline real value(real x, real a)
{
    (void)a;
    return ls_sigmoid(x);
}

static inline real gradient(real y, real dy, real a)
{
    (void)a;
    return dy * y * (1 - y);
}

LS_POINTWISE(value, gradient, ls_no_parameter)

const struct ls_layer_ops ls_layer_sigmoid = {
    .kind = "sigmoid",
    .help = "1 / (1 + e^-x)",
    .options = ls_no_options,
    LS_POINTWISE_OPS(LS_BACKWARD_READS_Y | LS_BOUNDED),
};
