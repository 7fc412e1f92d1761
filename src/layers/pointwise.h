/* The loops of activations, one value in, one value out. A kind writes its formula and its
 * derivative as two inline functions and makes forward and backward from them here, so that the
 * compiler sees one plain loop per kind. */
#ifndef LOCKSTEP_LAYERS_POINTWISE_H
#define LOCKSTEP_LAYERS_POINTWISE_H

#include "src/layers/shapes.h"

/* Defines forward and backward of an activation.
 *   value(x, a)            y
 *   gradient(x, y, dy, a)  dx
 *   parameter(layer)       a, a double: the kind's argument, the same for all elements */
#define LS_POINTWISE(value, gradient, parameter)                                                   \
    static void forward(const struct ls_layer *layer, const struct ls_call *call)                  \
    {                                                                                              \
        const real a = LS_R(parameter(layer));                                                     \
        const size_t len = call->n * ls_shape_len(layer->out);                                     \
        const real *restrict x = call->x[0];                                                       \
        real *restrict y = call->y;                                                                \
        for (size_t i = 0; i < len; i++)                                                           \
            y[i] = value(x[i], a);                                                                 \
    }                                                                                              \
    static void backward(const struct ls_layer *layer, const struct ls_call *call)                 \
    {                                                                                              \
        const real a = LS_R(parameter(layer));                                                     \
        const size_t len = call->dx[0] ? call->n * ls_shape_len(layer->out) : 0;                   \
        const real *restrict x = call->x[0], *restrict y = call->y, *restrict dy = call->dy;       \
        real *restrict dx = call->dx[0];                                                           \
        for (size_t i = 0; i < len; i++)                                                           \
            dx[i] = gradient(x[i], y[i], dy[i], a);                                                \
    }

/* The rest of an activation's ls_layer_ops. */
#define LS_POINTWISE_OPS                                                                           \
    .min_inputs = 1, .max_inputs = 1, .traits = LS_BACKWARD_READS_X | LS_BACKWARD_READS_Y,         \
    .plan = ls_same_shape_plan, .forward = forward, .backward = backward

/* The parameter of activations that have none. */
static inline double ls_no_parameter(const struct ls_layer *layer)
{
    (void)layer;
    return 0;
}

/* 1 / (1 + e^-x); e^-x may overflow to infinity, which gives 0 as it should. */
static inline real ls_sigmoid(real x)
{
    return 1 / (1 + exp(-x));
}

#endif
