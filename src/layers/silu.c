#include "src/layers/pointwise.h"

static inline real value(real x, real a)
{
    (void)a;
    return x * ls_sigmoid(x);
}

static inline real gradient(real x, real dy, real a)
{
    (void)a;
    const real s = ls_sigmoid(x);
    return dy * s * (1 + x * (1 - s));
}

LS_POINTWISE(value, gradient, ls_no_parameter)

const struct ls_layer_ops ls_layer_silu = {
    .kind = "silu",
    .help = "x sigmoid(x)",
    .options = ls_no_options,
    LS_POINTWISE_OPS(LS_BACKWARD_READS_X),
};
