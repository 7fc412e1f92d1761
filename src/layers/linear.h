/* What layers that are one product of the engine share (conv, dense): everything but arguments and
 * shapes. The weight is parameter 0, a bias parameter 1. */
#ifndef LOCKSTEP_LAYERS_LINEAR_H
#define LOCKSTEP_LAYERS_LINEAR_H

#include "src/layers/layer.h"

/** Has the engine plan the product and keeps it in layer->plan; the last of a kind's plan.
 *  Errors: memory.  Collective: no. */
ls_status ls_linear_plan(struct ls_layer *layer, const struct ls_conv_sizes *sizes, bool bias);

/* Members of ls_layer_ops; see there. */
void ls_linear_prepare(const struct ls_layer *layer);
void ls_linear_expect(const struct ls_layer *layer, size_t n, bool training);
size_t ls_linear_scratch_len(const struct ls_layer *layer, size_t max_n);
void ls_linear_forward(const struct ls_layer *layer, const struct ls_call *call);
void ls_linear_backward(const struct ls_layer *layer, const struct ls_call *call);

#endif
