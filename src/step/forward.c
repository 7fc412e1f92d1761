#include <omp.h>

#include "src/step/watch.h"

static void take_leaf(const struct ls_pass *pass, int l, const struct ls_run *run)
{
    struct ls_profile *const profile = pass->ws->profile;
    const struct ls_layer *const layer = &pass->ws->model->layers[l];
    const size_t len = layer->forward_len;
    const struct ls_call call = ls_pass_call(pass, l, run);
    const double start_s = ls_profile_start(profile);
    layer->ops->forward_leaf(layer, &call, ls_pass_leaf(pass, run, len));
    ls_pass_leaf_done(pass, run, layer->ops->forward_merge, len);
    ls_profile_forward(profile, run->thread * pass->ws->model->n_layers + l, start_s);
}

static void run_layers(const struct ls_pass *pass, const struct ls_group *group,
                       const struct ls_run *run)
{
    const struct ls_model *const model = pass->ws->model;
    for (int l = group->begin; l < group->end; l++) {
        const struct ls_call call = ls_pass_call(pass, l, run);
        const double start_s = ls_profile_start(pass->ws->profile);
        model->layers[l].ops->forward(&model->layers[l], &call);
        ls_profile_forward(pass->ws->profile, run->thread * model->n_layers + l, start_s);
        if (pass->training && ls_watch_is_on(pass->ws->watch))
            ls_watch_outputs(pass, l, run);
    }
    if (group->leaf >= 0 && pass->training)
        take_leaf(pass, group->leaf, run);
}

static void run_segment(const struct ls_pass *pass, const struct ls_segment *segment, int shard)
{
    const struct ls_workspace *const ws = pass->ws;
    const int thread = omp_get_thread_num();
    for (int g = segment->begin; g < segment->end; g++)
        ls_pass_group(pass, &ws->forward.groups[g], shard, thread, run_layers);
}

/* The layer's look over the whole global batch. */
static void exchange(const struct ls_pass *pass, int l)
{
    struct ls_workspace *const ws = pass->ws;
    const struct ls_layer *const layer = &ws->model->layers[l];
    const double start_s = ls_profile_start(ws->profile);
    layer->ops->forward_finish(layer,
                               ls_fold(&ws->fold, layer->ops->forward_merge, layer->forward_len));
    ls_profile_exchange(ws->profile, l, start_s);
}

void ls_forward(const struct ls_pass *pass)
{
    struct ls_workspace *const ws = pass->ws;
    for (int shard = 0; shard < ws->shards; shard++)
        ws->n[shard] = pass->batch->status == LS_OK ? pass->batch->n[shard] : 0;
    for (int s = 0; s < ws->forward.n_segments; s++) {
        const struct ls_segment *const segment = &ws->forward.segments[s];
#pragma omp parallel for schedule(static) num_threads(ws->threads)
        for (int shard = 0; shard < ws->shards; shard++)
            run_segment(pass, segment, shard);
        if (segment->exchange >= 0 && pass->training)
            exchange(pass, segment->exchange);
    }
}
