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

/* With a negative slope on the left, y does not tell where x was. */
static ls_status plan(struct ls_layer *layer)
{
    if (parameter(layer) < 0)
        layer->traits = LS_BACKWARD_READS_X | LS_IN_PLACE;
    return ls_same_shape_plan(layer);
}

static inline real value(real x, real a)
{
    const real left = a * x;
    return x > 0 ? x : left;
}

static inline real gradient(real v, real dy, real a)
{
    const real left = dy * a;
    return v > 0 ? dy : left;
}

LS_POINTWISE(value, gradient, parameter)

const struct ls_layer_ops ls_layer_leaky_relu = {
    .kind = "leaky_relu",
    .help = "x for x > 0, else slope x",
    .options = options,
    .args_bytes = sizeof(struct leaky_relu_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = LS_BACKWARD_READS_Y | LS_IN_PLACE | LS_NONLINEAR,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
