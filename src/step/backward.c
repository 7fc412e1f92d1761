#include <omp.h>

#include "src/base/vector.h"
#include "src/step/pass.h"

/* Reals that one thread adds up the tree at a time: a few of them stay in its cache. */
enum { ADD_LEN = 16 * 1024 };

/* Where the gradients of a run's inputs go: straight into a tensor's gradient for its first
 * writer, into the thread's spill for later ones, which then add it. */
static void set_dx(const struct ls_pass *pass, int l, const struct ls_run *run,
                   struct ls_call *call)
{
    const struct ls_workspace *const ws = pass->ws;
    const struct ls_layer *const layer = &ws->model->layers[l];
    call->dy = ls_workspace_dy(ws, l, run->shard) + run->first * ls_shape_len(layer->out);
    for (int i = 0; i < layer->n_in; i++) {
        const int from = ws->model->wiring[l].from[i];
        if (from == LS_MODEL_INPUT || !ws->needs_gradient[from])
            continue;
        const int spill = ws->spill[l].from[i];
        real *const spilled = ws->spilled + (size_t)run->thread * ws->spill_len;
        call->dx[i] = spill < 0 ? ls_workspace_dy(ws, from, run->shard) +
                                      run->first * ls_shape_len(layer->in[i])
                                : spilled + (size_t)spill * ws->max_n;
    }
}

static void add_spilled(const struct ls_pass *pass, int l, const struct ls_run *run,
                        const struct ls_call *call)
{
    const struct ls_workspace *const ws = pass->ws;
    const struct ls_layer *const layer = &ws->model->layers[l];
    for (int i = 0; i < layer->n_in; i++) {
        if (!call->dx[i] || ws->spill[l].from[i] < 0)
            continue;
        const size_t len = ls_shape_len(layer->in[i]);
        real *const to = ls_workspace_dy(ws, ws->model->wiring[l].from[i], run->shard);
        ls_vector_add(run->n * len, call->dx[i], to + run->first * len);
    }
}

/* Where the gradients of layer l over a shard go, or sums of them: a piece's slot is the piece. */
static real *find_slot(const struct ls_workspace *ws, int l, int slot)
{
    const int piece = ws->slot_piece[slot];
    return piece < 0 ? ws->slots + (size_t)slot * ws->slot_len
                     : ws->reducer.pieces[piece] + ls_layer_params_begin(&ws->model->layers[l]);
}

static void take_leaf(const struct ls_pass *pass, int l, const struct ls_run *run)
{
    struct ls_profile *const profile = pass->ws->profile;
    const struct ls_layer *const layer = &pass->ws->model->layers[l];
    const size_t len = layer->backward_len;
    struct ls_call call = ls_pass_call(pass, l, run);
    set_dx(pass, l, run, &call);
    const double start_s = ls_profile_start(profile);
    layer->ops->backward_leaf(layer, &call, ls_pass_leaf(pass, run, len));
    ls_pass_leaf_done(pass, run, layer->ops->backward_merge, len);
    ls_profile_backward(profile, run->thread * pass->ws->model->n_layers + l, start_s);
}

static void run_layers(const struct ls_pass *pass, const struct ls_group *group,
                       const struct ls_run *run)
{
    const struct ls_workspace *const ws = pass->ws;
    const struct ls_model *const model = ws->model;
    for (int l = group->end - 1; l >= group->begin; l--) {
        const struct ls_layer *const layer = &model->layers[l];
        struct ls_call call = ls_pass_call(pass, l, run);
        set_dx(pass, l, run, &call);
        real *const slot =
            ls_layer_is_summed(layer) ? find_slot(ws, l, ws->tree->slot[run->shard]) : NULL;
        for (int i = 0; slot && i < layer->n_params; i++)
            call.grad[i] = slot + (layer->params[i].offset - layer->params[0].offset);
        const double start_s = ls_profile_start(ws->profile);
        layer->ops->backward(layer, &call);
        add_spilled(pass, l, run, &call);
        ls_profile_backward(ws->profile, run->thread * model->n_layers + l, start_s);
    }
    if (group->leaf >= 0)
        take_leaf(pass, group->leaf, run);
}

static void run_segment(const struct ls_pass *pass, const struct ls_segment *segment, int shard)
{
    struct ls_workspace *const ws = pass->ws;
    const int thread = omp_get_thread_num();
    for (int g = segment->begin; g < segment->end; g++)
        ls_pass_group(pass, &ws->backward.groups[g], shard, thread, run_layers);
    if (thread > 0)
        return;
    const double start_s = ls_profile_start(ws->profile);
    ls_reducer_poll(&ws->reducer);
    ls_profile_reduce(ws->profile, start_s);
}

static void exchange(const struct ls_pass *pass, int l)
{
    struct ls_workspace *const ws = pass->ws;
    const struct ls_layer *const layer = &ws->model->layers[l];
    const double start_s = ls_profile_start(ws->profile);
    const double *const root = ls_fold(&ws->fold, layer->ops->backward_merge, layer->backward_len);
    real *grad[LS_MAX_PARAMS];
    for (int i = 0; i < layer->n_params; i++)
        grad[i] = ws->exchanged + (layer->params[i].offset - ws->model->n_summed);
    layer->ops->backward_finish(layer, root, grad);
    ls_profile_exchange(ws->profile, l, start_s);
}

/* Part `part` of layer l's gradients, through all additions of a wave. The gaps between tensors
 * are left out: they hold nothing. */
static void add_part(const struct ls_workspace *ws, int l, const struct ls_tree_wave *wave,
                     size_t part)
{
    const struct ls_layer *const layer = &ws->model->layers[l];
    const size_t begin = part * ADD_LEN, end = begin + ADD_LEN;
    for (int op = wave->op_begin; op < wave->op_end; op++) {
        real *const a = find_slot(ws, l, ws->tree->wave_ops[op].dst);
        const real *const b = find_slot(ws, l, ws->tree->wave_ops[op].src);
        for (int i = 0; i < layer->n_params; i++) {
            const size_t first = layer->params[i].offset - layer->params[0].offset;
            const size_t last = first + layer->params[i].len;
            const size_t from = first > begin ? first : begin, to = last < end ? last : end;
            if (from < to)
                ls_vector_add(to - from, b + from, a + from);
        }
    }
}

/* Shards in waves of a few: gradients into slots, added up the local tree as soon as both sides
 * are there, so that a handful of slots is enough. */
static void run_waves(const struct ls_pass *pass, const struct ls_segment *segment)
{
    struct ls_workspace *const ws = pass->ws;
    const int l = segment->summed;
    const struct ls_layer *const layer = &ws->model->layers[l];
    const size_t len = ls_layer_params_len(layer), parts = (len + ADD_LEN - 1) / ADD_LEN;
    for (int w = 0; w < ws->tree->n_waves; w++) {
        const struct ls_tree_wave *const wave = &ws->tree->waves[w];
#pragma omp parallel num_threads(ws->threads)
        {
#pragma omp for schedule(static, 1)
            for (int shard = wave->begin; shard < wave->end; shard++)
                run_segment(pass, segment, shard);
            const double start_s = ls_profile_start(ws->profile);
#pragma omp for schedule(static)
            for (size_t part = 0; part < parts; part++)
                add_part(ws, l, wave, part);
            if (omp_get_thread_num() == 0)
                ls_profile_reduce(ws->profile, start_s);
        }
    }
    const double start_s = ls_profile_start(ws->profile);
    ls_reducer_ready(&ws->reducer, ls_layer_params_begin(layer), len);
    ls_profile_reduce(ws->profile, start_s);
}

void ls_backward(const struct ls_pass *pass)
{
    struct ls_workspace *const ws = pass->ws;
    for (int s = 0; s < ws->backward.n_segments; s++) {
        const struct ls_segment *const segment = &ws->backward.segments[s];
        if (segment->summed >= 0) {
            run_waves(pass, segment);
        } else {
#pragma omp parallel for schedule(static) num_threads(ws->threads)
            for (int shard = 0; shard < ws->shards; shard++)
                run_segment(pass, segment, shard);
        }
        if (segment->exchange >= 0)
            exchange(pass, segment->exchange);
    }
}
