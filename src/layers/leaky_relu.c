#include "src/layers/pointwise.h"

struct leaky_relu_args {
    double slope;
};

static const struct ls_option options[] = {{"slope", LS_REAL,
                                            offsetof(struct leaky_relu_args, slope), "0.01", 0, 0,
                                            NULL, "slope on the left"},
                                           {.name = NULL}};

static double parameter(const struct ls_layer *layer)
{
    return ((const struct leaky_relu_args *)layer->args)->slope;
}

static inline real value(real x, real a)
{
    return x > 0 ? x : a * x;
}

static inline real gradient(real x, real y, real dy, real a)
{
    (void)y;
    return x > 0 ? dy : dy * a;
}

LS_POINTWISE(value, gradient, parameter)

const struct ls_layer_ops ls_layer_leaky_relu = {
    .kind = "leaky_relu",
    .help = "x for x > 0, else slope x",
    .options = options,
    .args_bytes = sizeof(struct leaky_relu_args),
    LS_POINTWISE_OPS,
};
