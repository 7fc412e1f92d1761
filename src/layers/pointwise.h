/* The loops of activations, one value in, one value out. A kind writes its formula and its
 * derivative as two inline functions and makes forward and backward from them here, so that the
 * compiler sees one plain loop per kind. The derivative is taken from y where y tells enough, so
 * that x need not be kept; from x otherwise. Outputs may lie where inputs lay. */
#ifndef LOCKSTEP_LAYERS_POINTWISE_H
#define LOCKSTEP_LAYERS_POINTWISE_H

#include "src/base/elementary.h"
#include "src/base/vector.h"
#include "src/layers/shapes.h"

/* Defines name(len, a, from, to): to = value(from, a). `omp simd`: the arrays may be one, but do
 * not overlap otherwise. */
#define LS_POINTWISE_VALUES(name, value)                                                           \
    static LS_VECTOR void name(size_t len, real a, const real *from, real *to)                     \
    {                                                                                              \
        _Pragma("omp simd") for (size_t i = 0; i < len; i++) to[i] = value(from[i], a);            \
    }

/* Defines name(len, a, v, dy, dx): dx = gradient(v, dy, a), v being x or y. */
#define LS_POINTWISE_GRADIENTS(name, gradient)                                                     \
    static LS_VECTOR void name(size_t len, real a, const real *v, const real *dy, real *dx)        \
    {                                                                                              \
        _Pragma("omp simd") for (size_t i = 0; i < len; i++) dx[i] = gradient(v[i], dy[i], a);     \
    }

/* Defines forward and backward of an activation.
 *   value(x, a)         y
 *   gradient(v, dy, a)  dx, v being y where the layer's traits say so, else x
 *   parameter(layer)    a, a double: the kind's argument, the same for all elements */
#define LS_POINTWISE(value, gradient, parameter)                                                   \
    LS_POINTWISE_VALUES(run_values, value)                                                         \
    LS_POINTWISE_GRADIENTS(run_gradients, gradient)                                                \
    static void forward(const struct ls_layer *layer, const struct ls_call *call)                  \
    {                                                                                              \
        run_values(call->n *ls_shape_len(layer->out), LS_R(parameter(layer)), call->x[0],          \
                   call->y);                                                                       \
    }                                                                                              \
    static void backward(const struct ls_layer *layer, const struct ls_call *call)                 \
    {                                                                                              \
        const real *v = layer->traits & LS_BACKWARD_READS_Y ? call->y : call->x[0];                \
        if (call->dx[0])                                                                           \
            run_gradients(call->n *ls_shape_len(layer->out), LS_R(parameter(layer)), v, call->dy,  \
                          call->dx[0]);                                                            \
    }

/* The rest of an activation's ls_layer_ops; `reads` is LS_BACKWARD_READS_X or ..._Y. */
#define LS_POINTWISE_OPS(reads)                                                                    \
    .min_inputs = 1, .max_inputs = 1, .traits = (reads) | LS_IN_PLACE | LS_NONLINEAR,              \
    .plan = ls_same_shape_plan, .forward = forward, .backward = backward

/* The parameter of activations that have none. */
static inline double ls_no_parameter(const struct ls_layer *layer)
{
    (void)layer;
    return 0;
}

#endif
