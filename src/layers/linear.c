#include "src/layers/linear.h"

ls_status ls_linear_plan(struct ls_layer *layer, const struct ls_conv_sizes *sizes, bool bias)
{
    struct ls_product *const product = ls_arena_get(layer->arena, 1, sizeof *product);
    if (!product)
        return LS_OTHER;
    *product = (struct ls_product){.sizes = *sizes, .bias = bias};
    layer->plan = product;
    return layer->engine->plan ? layer->engine->plan(product, layer->arena) : LS_OK;
}

void ls_linear_prepare(const struct ls_layer *layer)
{
    if (layer->engine->prepare)
        layer->engine->prepare(layer->plan, layer->param[0]);
}

void ls_linear_expect(const struct ls_layer *layer, size_t n, bool training)
{
    if (layer->engine->expect)
        layer->engine->expect(layer->plan, n, training);
}

size_t ls_linear_scratch_len(const struct ls_layer *layer, size_t max_n)
{
    return layer->engine->scratch_len(layer->plan, max_n);
}

void ls_linear_forward(const struct ls_layer *layer, const struct ls_call *call)
{
    layer->engine->forward(layer->plan, call->n, call->x[0], layer->param[0],
                           layer->n_params > 1 ? layer->param[1] : NULL, call->y, call->scratch);
}

void ls_linear_backward(const struct ls_layer *layer, const struct ls_call *call)
{
    if (call->dx[0])
        layer->engine->backward_data(layer->plan, call->n, call->dy, layer->param[0], call->dx[0],
                                     call->scratch);
    if (call->grad[0])
        layer->engine->backward_weights(layer->plan, call->n, call->x[0], call->dy, call->grad[0],
                                        call->grad[1], call->scratch);
}
