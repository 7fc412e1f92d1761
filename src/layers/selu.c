#include "src/layers/pointwise.h"

/* Klambauer et al., "Self-normalizing neural networks", NIPS 2017. */
#define ALPHA 1.6732632423543772848170429916717
#define SCALE 1.0507009873554804934193349852946

static inline real value(real x, real a)
{
    (void)a;
    const real left = LS_R(ALPHA) * ls_expm1(x);
    return LS_R(SCALE) * (x > 0 ? x : left);
}

static inline real gradient(real y, real dy, real a)
{
    (void)a;
    return dy * (y > 0 ? LS_R(SCALE) : y + LS_R(SCALE * ALPHA));
}

LS_POINTWISE(value, gradient, ls_no_parameter)

const struct ls_layer_ops ls_layer_selu = {
    .kind = "selu",
    .help = "scale (x for x > 0, else alpha (e^x - 1)), with the constants that keep mean 0 and "
            "variance 1",
    .options = ls_no_options,
    LS_POINTWISE_OPS(LS_BACKWARD_READS_Y),
};
