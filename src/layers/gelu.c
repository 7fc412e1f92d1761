#include "src/layers/pointwise.h"

static inline real value(real x, real a)
{
    (void)a;
    real density;
    return x * ls_normal(x, &density);
}

static inline real gradient(real x, real dy, real a)
{
    (void)a;
    real density;
    const real normal = ls_normal(x, &density);
    return dy * (normal + x * density);
}

LS_POINTWISE(value, gradient, ls_no_parameter)

const struct ls_layer_ops ls_layer_gelu = {
    .kind = "gelu",
    .help = "x Phi(x), Phi the normal distribution (exact, by erf)",
    .options = ls_no_options,
    LS_POINTWISE_OPS(LS_BACKWARD_READS_X),
};
