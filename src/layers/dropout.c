#include "src/layers/shapes.h"

#include <string.h>

#include "src/base/philox.h"

struct dropout_args {
    double p;
};

static const struct ls_option options[] = {{"p", LS_REAL, offsetof(struct dropout_args, p), "0.5",
                                            0, 1, NULL, "share of the elements that is dropped"},
                                           {.name = NULL}};

static double share(const struct ls_layer *layer)
{
    return ((const struct dropout_args *)layer->args)->p;
}

static ls_status plan(struct ls_layer *layer)
{
    if (share(layer) >= 1)
        return ls_fail(LS_USAGE, "p must be below 1, got %g: nothing would be left", share(layer));
    LS_TRY(ls_same_shape_plan(layer));
    layer->saved_bytes = share(layer) > 0 ? ls_shape_len(layer->out) : 0;
    return LS_OK;
}

static bool is_active(const struct ls_layer *layer, const struct ls_call *call)
{
    return call->training && share(layer) > 0;
}

/* The mask of one sample, drawn by its place in the global batch: the same on any rank. */
static void draw_mask(const struct ls_layer *layer, const struct ls_call *call, size_t sample,
                      uint8_t *mask)
{
    const size_t len = ls_shape_len(layer->out);
    const uint64_t stream = ls_stream(LS_DRAW_DROPOUT, (uint32_t)layer->number, call->step);
    const uint64_t row = (uint64_t)(call->row + sample) << 32;
    const double p = share(layer);
    for (size_t first = 0; first < len; first += 4) {
        const struct ls_draw draw = ls_philox(call->seed, stream, row | first / 4);
        for (size_t i = 0; i < 4 && first + i < len; i++)
            mask[first + i] = (double)ls_uniform(draw.word[i]) >= p;
    }
}

static void apply(size_t len, const uint8_t *restrict mask, real scale, const real *restrict from,
                  real *restrict to)
{
    for (size_t i = 0; i < len; i++)
        to[i] = mask[i] ? from[i] * scale : 0;
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t len = ls_shape_len(layer->out);
    uint8_t *mask = call->saved;
    if (!is_active(layer, call)) {
        memcpy(call->y, call->x[0], call->n * len * sizeof(real));
        return;
    }
    for (size_t sample = 0; sample < call->n; sample++)
        draw_mask(layer, call, sample, mask + sample * len);
    apply(call->n * len, mask, LS_R(1 / (1 - share(layer))), call->x[0], call->y);
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t len = call->n * ls_shape_len(layer->out);
    if (!call->dx[0])
        return;
    if (!is_active(layer, call)) {
        memcpy(call->dx[0], call->dy, len * sizeof(real));
        return;
    }
    apply(len, call->saved, LS_R(1 / (1 - share(layer))), call->dy, call->dx[0]);
}

const struct ls_layer_ops ls_layer_dropout = {
    .kind = "dropout",
    .help = "in training drops a share p of the elements and scales the others by 1 / (1 - p)",
    .options = options,
    .args_bytes = sizeof(struct dropout_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
