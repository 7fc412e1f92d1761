/* Batch normalisation over the global batch: y = gamma (x - mean) invstd + beta per channel. The
 * moments and the sums of the backward pass are of all ranks' samples. The normalised x is worked
 * out again from x where it is needed, rather than kept. */
#include "src/base/vector.h"
#include "src/layers/bn_sums.h"
#include "src/layers/shapes.h"

struct bn_args {
    double eps, momentum;
};

static const struct ls_option options[] = {
    {"eps", LS_REAL, offsetof(struct bn_args, eps), "1e-5", 0, 1, NULL, "added to the variance"},
    {"momentum", LS_REAL, offsetof(struct bn_args, momentum), "0.1", 0, 1, NULL,
     "weight of a batch in the running statistics"},
    {.name = NULL}};

/* y = (x - mean) scale + shift;  dx = (dy - (x - mean) slope - offset) scale. The mean is rounded
 * to a real, and what that takes away is in shift and offset: x - mean keeps its digits when the
 * mean is far larger than the deviation. Each repeats its channels up to `period` values, so that
 * loops are long also where channels are few. */
struct coefficients {
    real *mean, *scale, *shift;
    real *slope, *offset; /* of a batch only */
};

struct state {
    size_t period;
    struct coefficients stored;       /* of the running statistics, by prepare */
    struct coefficients batch;        /* of the batch at hand, by the two finishes */
    double n;                         /* values of a channel in the global batch */
    double *mean, *invstd, *unbiased; /* (C); the last is the variance for running_var */
};

static ls_status plan(struct ls_layer *layer)
{
    const size_t c = layer->in[0].c;
    const size_t period = c * ls_bn_side_by_side(c);
    struct state *state = ls_arena_get(layer->arena, 1, sizeof *state);
    double *memory = ls_arena_get(layer->arena, c, 3 * sizeof *memory);
    real *r = ls_arena_get(layer->arena, period, 8 * sizeof *r);
    if (!state || !memory || !r)
        return LS_OTHER;
    *state = (struct state){
        .period = period,
        .stored = {.mean = r, .scale = r + period, .shift = r + 2 * period},
        .batch = {r + 3 * period, r + 4 * period, r + 5 * period, r + 6 * period, r + 7 * period},
        .mean = memory,
        .invstd = memory + c,
        .unbiased = memory + 2 * c};
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

static size_t count_rows(const struct ls_layer *layer, const struct ls_call *call)
{
    return call->n * layer->in[0].h * layer->in[0].w;
}

static bool uses_batch(const struct ls_layer *layer, const struct ls_call *call)
{
    return call->training && !layer->frozen;
}

/* The coefficients of channel i that forward needs. */
static void set_forward(const struct ls_layer *layer, const struct coefficients *k, size_t i,
                        double mean, double invstd)
{
    const size_t period = ((const struct state *)layer->state)->period;
    const double scale = (double)layer->param[0][i] * invstd, rest = mean - (double)LS_R(mean);
    for (size_t at = i; at < period; at += layer->in[0].c) {
        k->mean[at] = LS_R(mean);
        k->scale[at] = LS_R(scale);
        k->shift[at] = LS_R((double)layer->param[1][i] - rest * scale);
    }
}

static void prepare(const struct ls_layer *layer)
{
    const double eps = ((const struct bn_args *)layer->args)->eps;
    const struct state *s = layer->state;
    for (size_t i = 0; i < layer->in[0].c; i++)
        set_forward(layer, &s->stored, i, (double)layer->buffer[0][i],
                    1 / sqrt((double)layer->buffer[1][i] + eps));
}

static void forward_leaf(const struct ls_layer *layer, const struct ls_call *call, double *leaf)
{
    const size_t c = layer->in[0].c, rows = count_rows(layer, call);
    leaf[0] = (double)rows;
    ls_bn_moments(rows, c, call->x[0], leaf + 1, leaf + 1 + c);
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
        set_forward(layer, &s->batch, i, s->mean[i], s->invstd[i]);
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

static bool commits_finite(const struct ls_layer *layer)
{
    const struct state *s = layer->state;
    bool good = true;
    for (size_t i = 0; i < layer->in[0].c; i++)
        good = good && isfinite(LS_R(s->mean[i])) && isfinite(LS_R(s->unbiased[i]));
    return good;
}

/* `omp simd`: x and y may be one, but nothing else overlaps. */
static LS_VECTOR void normalize(size_t len, size_t period, const struct coefficients *k,
                                const real *x, real *y)
{
    const real *const mean = k->mean, *const scale = k->scale, *const shift = k->shift;
    for (; len > 0; x += period, y += period) {
        const size_t n = len < period ? len : period;
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            y[i] = (x[i] - mean[i]) * scale[i] + shift[i];
        len -= n;
    }
}

static size_t count_values(const struct ls_layer *layer, const struct ls_call *call)
{
    return call->n * ls_shape_len(layer->in[0]);
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    const struct state *s = layer->state;
    normalize(count_values(layer, call), s->period,
              uses_batch(layer, call) ? &s->batch : &s->stored, call->x[0], call->y);
}

/* Sums of dy and of dy times the normalised x. */
static void backward_leaf(const struct ls_layer *layer, const struct ls_call *call, double *leaf)
{
    const struct state *s = layer->state;
    const size_t c = layer->in[0].c;
    ls_bn_products(count_rows(layer, call), c, call->x[0], call->dy, s->mean, leaf, leaf + c);
    for (size_t i = 0; i < c; i++)
        leaf[c + i] *= s->invstd[i];
}

/* With xhat = (x - mean) invstd and means over the n values of a channel:
 * dx = gamma invstd (dy - mean(dy) - xhat mean(dy xhat)) */
static void backward_finish(const struct ls_layer *layer, const double *root, real *const *grad)
{
    const struct state *s = layer->state;
    const size_t c = layer->in[0].c;
    for (size_t i = 0; i < c; i++) {
        const double slope = root[c + i] / s->n * s->invstd[i];
        const double rest = s->mean[i] - (double)LS_R(s->mean[i]);
        grad[0][i] = LS_R(root[c + i]);
        grad[1][i] = LS_R(root[i]);
        for (size_t at = i; at < s->period; at += c) {
            s->batch.slope[at] = LS_R(slope);
            s->batch.offset[at] = LS_R(root[i] / s->n - rest * slope);
        }
    }
}

static LS_VECTOR void differentiate(size_t len, size_t period, const struct coefficients *k,
                                    const real *x, const real *dy, real *dx)
{
    const real *const mean = k->mean, *const scale = k->scale;
    const real *const slope = k->slope, *const offset = k->offset;
    for (; len > 0; x += period, dy += period, dx += period) {
        const size_t n = len < period ? len : period;
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            dx[i] = (dy[i] - (x[i] - mean[i]) * slope[i] - offset[i]) * scale[i];
        len -= n;
    }
}

/* Running statistics do not depend on x, so only the scale is left. */
static LS_VECTOR void differentiate_stored(size_t len, size_t period, const real *scale,
                                           const real *dy, real *dx)
{
    for (; len > 0; dy += period, dx += period) {
        const size_t n = len < period ? len : period;
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            dx[i] = dy[i] * scale[i];
        len -= n;
    }
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const struct state *s = layer->state;
    const size_t len = call->dx[0] ? count_values(layer, call) : 0;
    if (uses_batch(layer, call))
        differentiate(len, s->period, &s->batch, call->x[0], call->dy, call->dx[0]);
    else
        differentiate_stored(len, s->period, s->stored.scale, call->dy, call->dx[0]);
}

const struct ls_layer_ops ls_layer_bn = {
    .kind = "bn",
    .help = "batch normalisation over the global batch",
    .options = options,
    .args_bytes = sizeof(struct bn_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = LS_BACKWARD_READS_X | LS_IN_PLACE | LS_NORMALIZES,
    .plan = plan,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .forward_merge = ls_merge_moments,
    .backward_merge = ls_merge_sum,
    .forward_leaf = forward_leaf,
    .forward_finish = forward_finish,
    .backward_leaf = backward_leaf,
    .backward_finish = backward_finish,
    .commit = commit,
    .commits_finite = commits_finite,
    .min_batch = min_batch,
};
