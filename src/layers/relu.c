#include "src/layers/pointwise.h"

static inline real value(real x, real a)
{
    (void)a;
    /* NaN goes through, so that it is found where it arose */
    return x <= 0 ? 0 : x;
}

static inline real gradient(real y, real dy, real a)
{
    (void)a;
    return y <= 0 ? 0 : dy;
}

LS_POINTWISE(value, gradient, ls_no_parameter)

const struct ls_layer_ops ls_layer_relu = {
    .kind = "relu",
    .help = "max(x, 0)",
    .options = ls_no_options,
    LS_POINTWISE_OPS(LS_BACKWARD_READS_Y | LS_RECTIFIES),
};
