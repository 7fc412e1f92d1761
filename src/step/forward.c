#include <omp.h>

#include "src/step/pass.h"

struct ls_call ls_pass_call(const struct ls_pass *pass, int l, int shard, int thread)
{
    const struct ls_workspace *const ws = pass->ws;
    const struct ls_layer *const layer = &ws->model->layers[l];
    const size_t first = (size_t)shard * ws->max_n;
    struct ls_call call = {.n = ws->n[shard],
                           .row = pass->batch->row[shard],
                           .batch = pass->batch->global_n,
                           .seed = pass->seed,
                           .step = pass->batch->step,
                           .training = pass->training,
                           .y = ws->y[l] + first * ls_shape_len(layer->out),
                           .saved = ws->saved[l] + (size_t)shard * ws->saved_bytes[l],
                           .scratch = ws->scratch + (size_t)thread * ws->scratch_len};
    for (int i = 0; i < layer->n_in; i++) {
        const int from = ws->model->wiring[l].from[i];
        const real *const x = from == LS_MODEL_INPUT ? pass->batch->x : ws->y[from];
        call.x[i] = x + first * ls_shape_len(layer->in[i]);
    }
    return call;
}

/* The layer's look over the whole global batch. */
static void exchange(const struct ls_pass *pass, int l)
{
    struct ls_workspace *const ws = pass->ws;
    const struct ls_layer *const layer = &ws->model->layers[l];
    const double start = ls_profile_start(ws->profile);
#pragma omp parallel for schedule(static) num_threads(ws->threads)
    for (int shard = 0; shard < ws->shards; shard++) {
        const struct ls_call call = ls_pass_call(pass, l, shard, omp_get_thread_num());
        layer->ops->forward_leaf(layer, &call, ls_fold_leaf(&ws->fold, shard, layer->forward_len));
    }
    layer->ops->forward_finish(layer,
                               ls_fold(&ws->fold, layer->ops->forward_merge, layer->forward_len));
    if (ws->profile)
        ws->profile->exchange_s[l] += ls_seconds() - start;
}

static void run_shard(const struct ls_pass *pass, int l, int shard)
{
    struct ls_profile *const profile = pass->ws->profile;
    const struct ls_layer *const layer = &pass->ws->model->layers[l];
    const int thread = omp_get_thread_num();
    const struct ls_call call = ls_pass_call(pass, l, shard, thread);
    const double start = ls_profile_start(profile);
    layer->ops->forward(layer, &call);
    if (profile)
        profile->forward_s[thread * pass->ws->model->n_layers + l] += ls_seconds() - start;
}

void ls_forward(const struct ls_pass *pass)
{
    struct ls_workspace *const ws = pass->ws;
    for (int shard = 0; shard < ws->shards; shard++)
        ws->n[shard] = pass->batch->status == LS_OK ? pass->batch->n[shard] : 0;
    for (int l = 0; l < ws->model->n_layers; l++) {
        const struct ls_layer *const layer = &ws->model->layers[l];
        if (pass->training && layer->forward_len > 0 && !layer->frozen)
            exchange(pass, l);
#pragma omp parallel for schedule(static) num_threads(ws->threads)
        for (int shard = 0; shard < ws->shards; shard++)
            run_shard(pass, l, shard);
    }
}
