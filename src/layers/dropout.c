#include "src/layers/shapes.h"

#include <string.h>

#include "src/base/philox.h"
#include "src/base/vector.h"

enum { DRAWN = 256 }; /* words at a time */

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
    if (share(layer) <= 0)
        layer->traits |= LS_SHARES_DY;
    layer->saved_bytes = share(layer) > 0 ? ls_shape_len(layer->out) : 0;
    return LS_OK;
}

static bool is_active(const struct ls_layer *layer, const struct ls_call *call)
{
    return call->training && share(layer) > 0;
}

/* An element is kept where ls_uniform of its word is at least p: where the word's upper 24 bits
 * are at least p 2^24, rounded up. */
static LS_VECTOR void compare(size_t len, const uint32_t *restrict words, int32_t least,
                              uint8_t *restrict mask)
{
    for (size_t i = 0; i < len; i++)
        mask[i] = (int32_t)(words[i] >> 8) >= least;
}

/* The mask of one sample, drawn by its place in the global batch: the same on any rank. */
static void draw_mask(const struct ls_layer *layer, const struct ls_call *call, size_t sample,
                      uint8_t *mask)
{
    const size_t len = ls_shape_len(layer->out);
    const uint64_t stream = ls_stream(LS_DRAW_DROPOUT, (uint32_t)layer->number, call->step);
    const uint64_t row = (uint64_t)(call->row + sample) << 32;
    const int32_t least = (int32_t)ceil(share(layer) * 0x1p24);
    uint32_t words[DRAWN];
    for (size_t first = 0; first < len; first += DRAWN) {
        const size_t n = len - first < DRAWN ? len - first : DRAWN;
        ls_philox_run(call->seed, stream, row | first / 4, (n + 3) / 4, words);
        compare(n, words, least, mask + first);
    }
}

/* `omp simd`: from and to may be one. */
static LS_VECTOR void apply(size_t len, const uint8_t *mask, real scale, const real *from, real *to)
{
#pragma omp simd
    for (size_t i = 0; i < len; i++) {
        const real kept = from[i] * scale, keep = (real)mask[i]; /* compared as wide as it is */
        to[i] = keep > 0 ? kept : 0;
    }
}

static void run(const struct ls_layer *layer, const struct ls_call *call, const real *from,
                real *to)
{
    const size_t len = call->n * ls_shape_len(layer->out);
    if (is_active(layer, call))
        apply(len, call->saved, LS_R(1 / (1 - share(layer))), from, to);
    else if (from != to)
        memcpy(to, from, len * sizeof *to);
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t len = ls_shape_len(layer->out);
    for (size_t sample = 0; is_active(layer, call) && sample < call->n; sample++)
        draw_mask(layer, call, sample, (uint8_t *)call->saved + sample * len);
    run(layer, call, call->x[0], call->y);
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    if (call->dx[0])
        run(layer, call, call->dy, call->dx[0]);
}

const struct ls_layer_ops ls_layer_dropout = {
    .kind = "dropout",
    .help = "in training drops a share p of the elements and scales the others by 1 / (1 - p)",
    .options = options,
    .args_bytes = sizeof(struct dropout_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = LS_IN_PLACE | LS_DROPS,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
