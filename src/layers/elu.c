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

/* With a negative alpha, y does not tell where x was. */
static ls_status plan(struct ls_layer *layer)
{
    if (parameter(layer) < 0)
        layer->traits = LS_BACKWARD_READS_X | LS_IN_PLACE;
    return ls_same_shape_plan(layer);
}

static inline real value(real x, real a)
{
    const real left = a * ls_expm1(x);
    return x > 0 ? x : left;
}

static inline real gradient(real y, real dy, real a)
{
    const real left = dy * (y + a);
    return y > 0 ? dy : left;
}

static inline real gradient_of_x(real x, real dy, real a)
{
    const real left = dy * a * ls_exp(x);
    return x > 0 ? dy : left;
}

LS_POINTWISE_VALUES(run_values, value)
LS_POINTWISE_GRADIENTS(run_gradients, gradient)
LS_POINTWISE_GRADIENTS(run_gradients_of_x, gradient_of_x)

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    run_values(call->n * ls_shape_len(layer->out), LS_R(parameter(layer)), call->x[0], call->y);
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t len = call->dx[0] ? call->n * ls_shape_len(layer->out) : 0;
    const real alpha = LS_R(parameter(layer));
    if (layer->traits & LS_BACKWARD_READS_Y)
        run_gradients(len, alpha, call->y, call->dy, call->dx[0]);
    else
        run_gradients_of_x(len, alpha, call->x[0], call->dy, call->dx[0]);
}

const struct ls_layer_ops ls_layer_elu = {
    .kind = "elu",
    .help = "x for x > 0, else alpha (e^x - 1)",
    .options = options,
    .args_bytes = sizeof(struct elu_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = LS_BACKWARD_READS_Y | LS_IN_PLACE | LS_NONLINEAR,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
