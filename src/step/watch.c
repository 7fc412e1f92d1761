#include "src/step/watch.h"

#include <math.h>
#include <string.h>

#include "src/base/vector.h"
#include "src/step/trainer.h"

/* With n samples of `len` values each: n, their mean, and the sum of squared deviations / len, so
 * that ls_merge_moments, which is told of n alone, merges them. */
enum { N, MEAN, M2, MOMENTS };
enum { GRADIENT, WEIGHT, UPDATE, SUMS };
enum { LANES = 8 };

static bool rectifies(const struct ls_layer *layer)
{
    return (layer->ops->traits & LS_RECTIFIES) != 0;
}

static void count_channels(struct ls_watch *watch, const struct ls_model *model)
{
    for (int l = 0; l < model->n_layers; l++) {
        watch->first_channel[l] = watch->n_channels;
        watch->n_channels += rectifies(&model->layers[l]) ? model->layers[l].out.c : 0;
    }
}

static ls_status plan(struct ls_watch *watch, struct ls_workspace *ws, struct ls_arena *arena)
{
    const size_t layers = (size_t)ws->model->n_layers, shards = (size_t)ws->shards;
    const size_t size = (size_t)ws->peers->size;
    watch->layers = ls_arena_get(arena, layers, sizeof *watch->layers);
    watch->first_channel = ls_arena_get(arena, layers, sizeof *watch->first_channel);
    watch->moments = ls_arena_get(arena, shards * layers, MOMENTS * sizeof *watch->moments);
    watch->bytes = ls_arena_get(arena, size, sizeof *watch->bytes);
    if (!watch->layers || !watch->first_channel || !watch->moments || !watch->bytes)
        return LS_OTHER;
    count_channels(watch, ws->model);
    watch->alive = ls_arena_get(arena, shards, watch->n_channels);
    watch->gathered = ls_arena_get(arena, size, watch->n_channels);
    if (!watch->alive || !watch->gathered)
        return LS_OTHER;
    return ls_fold_init(&watch->fold, ws->tree, ws->peers, 1 + 2 * layers, arena);
}

ls_status ls_watch_init(struct ls_watch *watch, struct ls_trainer *trainer, struct ls_arena *arena)
{
    struct ls_workspace *const ws = trainer->ws;
    *watch = (struct ls_watch){.trainer = trainer};
    LS_TRY(ls_agree(ws->peers, plan(watch, ws, arena)));
    void *memory = NULL;
    LS_TRY(ls_share(ws->peers, trainer->n_ranges * SUMS * sizeof *watch->sums, arena, &memory));
    watch->sums = memory;
    ws->watch = watch;
    return LS_OK;
}

/* Element i goes to lane i % LANES; the lanes are then added as a balanced tree. */
static double add_lanes(const double *lane)
{
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
           ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

LS_VECTOR static double sum(const real *restrict y, size_t len)
{
    double lane[LANES] = {0};
    const size_t whole = len / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            lane[k] += (double)y[i + k];
    for (size_t i = whole; i < len; i++)
        lane[i - whole] += (double)y[i];
    return add_lanes(lane);
}

LS_VECTOR static double sum_squares(const real *restrict y, size_t len, double mean)
{
    double lane[LANES] = {0};
    const size_t whole = len / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            const double d = (double)y[i + k] - mean;
            lane[k] += d * d;
        }
    for (size_t i = whole; i < len; i++)
        lane[i - whole] += ((double)y[i] - mean) * ((double)y[i] - mean);
    return add_lanes(lane);
}

LS_VECTOR static void mark_alive(size_t pixels, size_t c, const real *restrict y,
                                 unsigned char *restrict alive)
{
    for (size_t p = 0; p < pixels; p++, y += c)
        for (size_t i = 0; i < c; i++)
            alive[i] = alive[i] | (y[i] > 0);
}

void ls_watch_outputs(const struct ls_pass *pass, int l, const struct ls_run *run)
{
    const struct ls_workspace *const ws = pass->ws;
    const struct ls_watch *const watch = ws->watch;
    const struct ls_layer *const layer = &ws->model->layers[l];
    const size_t at = (size_t)run->shard * (size_t)ws->model->n_layers + (size_t)l;
    const size_t len = ls_shape_len(layer->out), values = run->n * len;
    const real *const y = ls_workspace_y(ws, l, run->shard) + run->first * len;
    unsigned char *const alive =
        watch->alive + (size_t)run->shard * watch->n_channels + watch->first_channel[l];
    double *const kept = watch->moments + at * MOMENTS;
    double moments[MOMENTS] = {(double)run->n};
    if (values > 0) {
        moments[MEAN] = sum(y, values) / (double)values;
        moments[M2] = sum_squares(y, values, moments[MEAN]) / (double)len;
    }
    if (run->first == 0)
        memcpy(kept, moments, sizeof moments);
    else
        ls_merge_moments(kept, moments, MOMENTS);
    if (!rectifies(layer))
        return;
    if (run->first == 0)
        memset(alive, 0, layer->out.c);
    mark_alive(values / layer->out.c, layer->out.c, y, alive);
}

void ls_watch_update(const struct ls_watch *watch, const struct ls_gradient *gradient, size_t r,
                     const real *before)
{
    const struct ls_trainer *const trainer = watch->trainer;
    const struct ls_range range = trainer->ranges[r];
    const real *const after = trainer->spec.model->params + range.begin;
    real g[LS_RANGE];
    ls_trainer_gradient(trainer, gradient, range, g);
    double *const sums = watch->sums + r * SUMS;
    sums[GRADIENT] = sum_squares(g, range.len, 0);
    sums[WEIGHT] = sum_squares(before, range.len, 0);
    for (size_t i = 0; i < range.len; i++)
        g[i] = after[i] - before[i];
    sums[UPDATE] = sum_squares(g, range.len, 0);
}

/* The first range at `place` of the slab or behind it. */
static size_t find_range(const struct ls_trainer *trainer, size_t place)
{
    size_t low = 0, high = trainer->n_ranges;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (trainer->ranges[middle].begin < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void finish_params(const struct ls_watch *watch, const struct ls_layer *layer,
                          struct ls_watch_layer *figures)
{
    const struct ls_trainer *const trainer = watch->trainer;
    double sums[SUMS] = {0};
    *figures = (struct ls_watch_layer){.mean = NAN,
                                       .deviation = NAN,
                                       .dead = NAN,
                                       .grad_norm = NAN,
                                       .weight_norm = NAN,
                                       .update_ratio = NAN};
    if (layer->n_params == 0 || layer->frozen)
        return;
    for (int i = 0; i < layer->n_params; i++) {
        const size_t end = layer->params[i].offset + layer->params[i].len;
        for (size_t r = find_range(trainer, layer->params[i].offset);
             r < trainer->n_ranges && trainer->ranges[r].begin < end; r++)
            for (int s = 0; s < SUMS; s++)
                sums[s] += watch->sums[r * SUMS + (size_t)s];
    }
    figures->grad_norm = sqrt(sums[GRADIENT]);
    figures->weight_norm = sqrt(sums[WEIGHT]);
    figures->update_ratio = sqrt(sums[UPDATE]) / figures->weight_norm;
}

/* Moments of all layers up the tree: they have the samples in common. */
void ls_watch_moments(struct ls_watch *watch)
{
    const struct ls_workspace *const ws = watch->trainer->ws;
    const size_t layers = (size_t)ws->model->n_layers, len = 1 + 2 * layers;
    for (int shard = 0; shard < ws->shards; shard++) {
        double *const leaf = ls_fold_leaf(&watch->fold, shard, len);
        const double *const from = watch->moments + (size_t)shard * layers * MOMENTS;
        leaf[0] = from[N];
        for (size_t l = 0; l < layers; l++) {
            leaf[1 + l] = from[l * MOMENTS + MEAN];
            leaf[1 + layers + l] = from[l * MOMENTS + M2];
        }
    }
    const double *const root = ls_fold(&watch->fold, ls_merge_moments, len);
    for (size_t l = 0; l < layers; l++) {
        watch->layers[l].mean = root[1 + l];
        watch->layers[l].deviation = sqrt(root[1 + layers + l] / root[0]);
    }
}

static void finish_dead(struct ls_watch *watch, const struct ls_workspace *ws)
{
    const size_t len = watch->n_channels, size = (size_t)ws->peers->size;
    if (len == 0)
        return;
    for (int shard = 1; shard < ws->shards; shard++)
        for (size_t i = 0; i < len; i++)
            watch->alive[i] |= watch->alive[(size_t)shard * len + i];
    for (size_t r = 0; r < size; r++)
        watch->bytes[r] = len;
    ls_gather(ws->peers, watch->alive, watch->gathered, watch->bytes);
    for (size_t r = 1; r < size; r++)
        for (size_t i = 0; i < len; i++)
            watch->gathered[i] |= watch->gathered[r * len + i];
    for (int l = 0; l < ws->model->n_layers; l++) {
        const struct ls_layer *const layer = &ws->model->layers[l];
        size_t dead = 0;
        for (size_t c = 0; rectifies(layer) && c < layer->out.c; c++)
            dead += !watch->gathered[watch->first_channel[l] + c];
        if (rectifies(layer))
            watch->layers[l].dead = (double)dead / (double)layer->out.c;
    }
}

void ls_watch_finish(struct ls_watch *watch)
{
    const struct ls_workspace *const ws = watch->trainer->ws;
    for (int l = 0; l < ws->model->n_layers; l++)
        finish_params(watch, &ws->model->layers[l], &watch->layers[l]);
    ls_watch_moments(watch);
    finish_dead(watch, ws);
}
