#include "src/layers/pointwise.h"

/* Klambauer et al., "Self-normalizing neural networks", NIPS 2017. */
#define ALPHA 1.6732632423543772848170429916717
#define SCALE 1.0507009873554804934193349852946

static inline real value(real x, real a)
{
    (void)a;
    return LS_R(SCALE) * (x > 0 ? x : LS_R(ALPHA) * expm1(x));
}

static inline real gradient(real x, real y, real dy, real a)
{
    (void)y, (void)a;
    return dy * LS_R(SCALE) * (x > 0 ? 1 : LS_R(ALPHA) * exp(x));
}

LS_POINTWISE(value, gradient, ls_no_parameter)

const struct ls_layer_ops ls_layer_selu = {
    .kind = "selu",
    .help = "scale (x for x > 0, else alpha (e^x - 1)), with the constants that keep mean 0 and "
            "variance 1",
    .options = ls_no_options,
    LS_POINTWISE_OPS,
};
