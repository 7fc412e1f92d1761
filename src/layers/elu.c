#include "src/layers/pointwise.h"

struct elu_args {
    double alpha;
};

static const struct ls_option options[] = {{"alpha", LS_REAL, offsetof(struct elu_args, alpha), "1",
                                            0, 0, NULL, "minus the value far to the left"},
                                           {.name = NULL}};

static double parameter(const struct ls_layer *layer)
{
    return ((const struct elu_args *)layer->args)->alpha;
}

static inline real value(real x, real a)
{
    return x > 0 ? x : a * expm1(x);
}

static inline real gradient(real x, real y, real dy, real a)
{
    (void)y;
    return x > 0 ? dy : dy * a * exp(x);
}

LS_POINTWISE(value, gradient, parameter)

const struct ls_layer_ops ls_layer_elu = {
    .kind = "elu",
    .help = "x for x > 0, else alpha (e^x - 1)",
    .options = options,
    .args_bytes = sizeof(struct elu_args),
    LS_POINTWISE_OPS,
};
