/* Batch normalisation over the global batch: y = gamma (x - mean) invstd + beta per channel. The
 * moments and the sums of the backward pass are of all ranks' samples. The normalised x is worked
 * out again from x where it is needed, rather than kept. */
#include "src/layers/shapes.h"

#include <string.h>

struct bn_args {
    double eps, momentum;
};

static const struct ls_option options[] = {
    {"eps", LS_REAL, offsetof(struct bn_args, eps), "1e-5", 0, 1, NULL, "added to the variance"},
    {"momentum", LS_REAL, offsetof(struct bn_args, momentum), "0.1", 0, 1, NULL,
     "weight of a batch in the running statistics"},
    {.name = NULL}};

/* Of the batch at hand, per channel; written by the two finishes. */
struct state {
    double n; /* values of a channel in the global batch */
    double *mean, *invstd;
    double *unbiased;           /* variance, for running_var */
    double *mean_dy, *mean_dyx; /* over the n values: dy, and dy times the normalised x */
};

/* The same as reals for one call, in scratch. The mean is a sum of two, so that x - mean keeps
 * its digits when the mean is far larger than the deviation. */
struct coefficients {
    real *mean, *mean_rest;
    real *scale;          /* gamma invstd */
    real *offset, *slope; /* of the backward pass: mean_dy, mean_dyx invstd */
};

enum { COEFFICIENTS = 5 };

static ls_status plan(struct ls_layer *layer)
{
    const size_t c = layer->in[0].c;
    struct state *state = ls_arena_get(layer->arena, 1, sizeof *state);
    double *memory = ls_arena_get(layer->arena, c, 5 * sizeof *memory);
    if (!state || !memory)
        return LS_OTHER;
    *state = (struct state){0, memory, memory + c, memory + 2 * c, memory + 3 * c, memory + 4 * c};
    layer->state = state;
    LS_TRY(ls_same_shape_plan(layer));
    layer->n_params = layer->n_buffers = 2;
    layer->params[0] = (struct ls_param){.name = "weight", .axes = 1, .dims = {c}, .init_value = 1};
    layer->params[1] = (struct ls_param){.name = "bias", .axes = 1, .dims = {c}};
    layer->buffers[0] = (struct ls_param){.name = "running_mean", .axes = 1, .dims = {c}};
    layer->buffers[1] =
        (struct ls_param){.name = "running_var", .axes = 1, .dims = {c}, .init_value = 1};
    layer->forward_len = 1 + 2 * c;
    layer->backward_len = 2 * c;
    return LS_OK;
}

static size_t min_batch(const struct ls_layer *layer)
{
    return layer->in[0].h * layer->in[0].w == 1 ? 2 : 1;
}

static size_t scratch_len(const struct ls_layer *layer, size_t max_n)
{
    (void)max_n;
    return COEFFICIENTS * layer->in[0].c;
}

static size_t count_rows(const struct ls_layer *layer, const struct ls_call *call)
{
    return call->n * layer->in[0].h * layer->in[0].w;
}

static bool uses_batch(const struct ls_layer *layer, const struct ls_call *call)
{
    return call->training && !layer->frozen;
}

/* Two passes: the mean, then the squares of the deviations from it. */
static void forward_leaf(const struct ls_layer *layer, const struct ls_call *call, double *leaf)
{
    const size_t c = layer->in[0].c, rows = count_rows(layer, call);
    double *restrict mean = leaf + 1, *restrict m2 = mean + c;
    memset(leaf, 0, (1 + 2 * c) * sizeof *leaf);
    leaf[0] = (double)rows;
    if (rows == 0)
        return;
    const real *restrict x = call->x[0];
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < c; i++)
            mean[i] += (double)x[row * c + i];
    for (size_t i = 0; i < c; i++)
        mean[i] /= (double)rows;
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < c; i++) {
            const double deviation = (double)x[row * c + i] - mean[i];
            m2[i] += deviation * deviation;
        }
}

static void forward_finish(const struct ls_layer *layer, const double *root)
{
    const struct bn_args *args = layer->args;
    struct state *s = layer->state;
    const size_t c = layer->in[0].c;
    const double *mean = root + 1, *m2 = mean + c;
    s->n = root[0];
    for (size_t i = 0; i < c; i++) {
        s->mean[i] = mean[i];
        s->invstd[i] = 1 / sqrt(m2[i] / s->n + args->eps);
        s->unbiased[i] = m2[i] / (s->n > 1 ? s->n - 1 : 1);
    }
}

static void commit(const struct ls_layer *layer)
{
    const struct state *s = layer->state;
    const double m = ((const struct bn_args *)layer->args)->momentum;
    real *mean = layer->buffer[0], *var = layer->buffer[1];
    for (size_t i = 0; i < layer->in[0].c; i++) {
        mean[i] = LS_R((1 - m) * (double)mean[i] + m * s->mean[i]);
        var[i] = LS_R((1 - m) * (double)var[i] + m * s->unbiased[i]);
    }
}

static struct coefficients prepare(const struct ls_layer *layer, const struct ls_call *call)
{
    const double eps = ((const struct bn_args *)layer->args)->eps;
    const struct state *s = layer->state;
    const size_t c = layer->in[0].c;
    const bool batch = uses_batch(layer, call);
    const struct coefficients k = {call->scratch, call->scratch + c, call->scratch + 2 * c,
                                   call->scratch + 3 * c, call->scratch + 4 * c};
    for (size_t i = 0; i < c; i++) {
        const double mean = batch ? s->mean[i] : (double)layer->buffer[0][i];
        const double invstd = batch ? s->invstd[i] : 1 / sqrt((double)layer->buffer[1][i] + eps);
        k.mean[i] = LS_R(mean);
        k.mean_rest[i] = LS_R(mean - (double)k.mean[i]);
        k.scale[i] = LS_R((double)layer->param[0][i] * invstd);
    }
    return k;
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    const struct coefficients k = prepare(layer, call);
    const size_t c = layer->in[0].c, rows = count_rows(layer, call);
    const real *restrict mean = k.mean, *restrict rest = k.mean_rest, *restrict scale = k.scale;
    const real *restrict shift = layer->param[1];
    for (size_t row = 0; row < rows; row++) {
        const real *restrict x = call->x[0] + row * c;
        real *restrict y = call->y + row * c;
        for (size_t i = 0; i < c; i++)
            y[i] = (x[i] - mean[i] - rest[i]) * scale[i] + shift[i];
    }
}

/* Sums of dy and of dy times the normalised x. */
static void backward_leaf(const struct ls_layer *layer, const struct ls_call *call, double *leaf)
{
    const struct state *s = layer->state;
    const size_t c = layer->in[0].c, rows = count_rows(layer, call);
    const double *restrict mean = s->mean;
    double *restrict sum = leaf, *restrict sum_x = leaf + c;
    memset(leaf, 0, 2 * c * sizeof *leaf);
    for (size_t row = 0; row < rows; row++) {
        const real *restrict x = call->x[0] + row * c, *restrict dy = call->dy + row * c;
        for (size_t i = 0; i < c; i++) {
            sum[i] += (double)dy[i];
            sum_x[i] += (double)dy[i] * ((double)x[i] - mean[i]);
        }
    }
    for (size_t i = 0; i < c; i++)
        sum_x[i] *= s->invstd[i];
}

static void backward_finish(const struct ls_layer *layer, const double *root, real *const *grad)
{
    struct state *s = layer->state;
    const size_t c = layer->in[0].c;
    for (size_t i = 0; i < c; i++) {
        grad[0][i] = LS_R(root[c + i]);
        grad[1][i] = LS_R(root[i]);
        s->mean_dy[i] = root[i] / s->n;
        s->mean_dyx[i] = root[c + i] / s->n;
    }
}

/* Running statistics do not depend on x, so only the scale is left of the formula below. */
static void backward_stored(const struct ls_layer *layer, const struct ls_call *call)
{
    const size_t c = layer->in[0].c, rows = count_rows(layer, call);
    const real *restrict scale = prepare(layer, call).scale;
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < c; i++)
            call->dx[0][row * c + i] = call->dy[row * c + i] * scale[i];
}

/* dx = gamma invstd (dy - mean_dy - xhat mean_dyx), xhat = (x - mean) invstd */
static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    if (!call->dx[0])
        return;
    if (!uses_batch(layer, call)) {
        backward_stored(layer, call);
        return;
    }
    const struct state *s = layer->state;
    const struct coefficients k = prepare(layer, call);
    const size_t c = layer->in[0].c, rows = count_rows(layer, call);
    const real *restrict mean = k.mean, *restrict rest = k.mean_rest, *restrict scale = k.scale;
    real *restrict slope = k.slope, *restrict offset = k.offset;
    for (size_t i = 0; i < c; i++) {
        offset[i] = LS_R(s->mean_dy[i]);
        slope[i] = LS_R(s->mean_dyx[i] * s->invstd[i]);
    }
    for (size_t row = 0; row < rows; row++) {
        const real *restrict x = call->x[0] + row * c, *restrict dy = call->dy + row * c;
        real *restrict dx = call->dx[0] + row * c;
        for (size_t i = 0; i < c; i++)
            dx[i] = (dy[i] - offset[i] - (x[i] - mean[i] - rest[i]) * slope[i]) * scale[i];
    }
}

const struct ls_layer_ops ls_layer_bn = {
    .kind = "bn",
    .help = "batch normalisation over the global batch",
    .options = options,
    .args_bytes = sizeof(struct bn_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = LS_BACKWARD_READS_X,
    .plan = plan,
    .scratch_len = scratch_len,
    .forward = forward,
    .backward = backward,
    .forward_merge = ls_merge_moments,
    .backward_merge = ls_merge_sum,
    .forward_leaf = forward_leaf,
    .forward_finish = forward_finish,
    .backward_leaf = backward_leaf,
    .backward_finish = backward_finish,
    .commit = commit,
    .min_batch = min_batch,
};
