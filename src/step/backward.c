#include <omp.h>
#include <string.h>

#include "src/step/pass.h"

/* Where the gradients of one shard's inputs go: straight into a tensor's gradient for its first
 * writer, into the thread's spill for later ones, which then add it. */
static void set_dx(const struct ls_pass *pass, int l, int shard, int thread, struct ls_call *call)
{
    const struct ls_workspace *const ws = pass->ws;
    const struct ls_layer *const layer = &ws->model->layers[l];
    const size_t first = (size_t)shard * ws->max_n;
    call->dy = ws->dy[l] + first * ls_shape_len(layer->out);
    for (int i = 0; i < layer->n_in; i++) {
        const int from = ws->model->wiring[l].from[i];
        if (from == LS_MODEL_INPUT || !ws->needs_gradient[from])
            continue;
        const int spill = ws->spill[l].from[i];
        call->dx[i] =
            spill < 0 ? ws->dy[from] + first * ls_shape_len(layer->in[i])
                      : ws->spilled + (size_t)thread * ws->spill_len + (size_t)spill * ws->max_n;
    }
}

static void add_spilled(const struct ls_pass *pass, int l, int shard, const struct ls_call *call)
{
    const struct ls_workspace *const ws = pass->ws;
    const struct ls_layer *const layer = &ws->model->layers[l];
    for (int i = 0; i < layer->n_in; i++) {
        if (!call->dx[i] || ws->spill[l].from[i] < 0)
            continue;
        const size_t len = ls_shape_len(layer->in[i]);
        const real *restrict const from = call->dx[i];
        real *restrict const to =
            ws->dy[ws->model->wiring[l].from[i]] + (size_t)shard * ws->max_n * len;
        for (size_t e = 0; e < call->n * len; e++)
            to[e] += from[e];
    }
}

static void run_shard(const struct ls_pass *pass, int l, int shard, real *grad)
{
    const struct ls_layer *const layer = &pass->ws->model->layers[l];
    struct ls_profile *const profile = pass->ws->profile;
    const int thread = omp_get_thread_num();
    struct ls_call call = ls_pass_call(pass, l, shard, thread);
    const double start = ls_profile_start(profile);
    set_dx(pass, l, shard, thread, &call);
    for (int i = 0; grad && i < layer->n_params; i++)
        call.grad[i] = grad + (layer->params[i].offset - layer->params[0].offset);
    layer->ops->backward(layer, &call);
    add_spilled(pass, l, shard, &call);
    if (profile)
        profile->backward_s[thread * pass->ws->model->n_layers + l] += ls_seconds() - start;
}

static void exchange(const struct ls_pass *pass, int l)
{
    struct ls_workspace *const ws = pass->ws;
    const struct ls_layer *const layer = &ws->model->layers[l];
    const double start = ls_profile_start(ws->profile);
#pragma omp parallel for schedule(static) num_threads(ws->threads)
    for (int shard = 0; shard < ws->shards; shard++) {
        struct ls_call call = ls_pass_call(pass, l, shard, omp_get_thread_num());
        set_dx(pass, l, shard, omp_get_thread_num(), &call);
        layer->ops->backward_leaf(layer, &call,
                                  ls_fold_leaf(&ws->fold, shard, layer->backward_len));
    }
    const double *const root = ls_fold(&ws->fold, layer->ops->backward_merge, layer->backward_len);
    real *grad[LS_MAX_PARAMS];
    for (int i = 0; i < layer->n_params; i++)
        grad[i] = ws->reducer.sum + layer->params[i].offset;
    layer->ops->backward_finish(layer, root, grad);
    if (ws->profile)
        ws->profile->exchange_s[l] += ls_seconds() - start;
}

static void plain(const struct ls_pass *pass, int l)
{
    const struct ls_workspace *const ws = pass->ws;
#pragma omp parallel for schedule(static) num_threads(ws->threads)
    for (int shard = 0; shard < ws->shards; shard++)
        run_shard(pass, l, shard, NULL);
}

/* The sums of a wave, up the local tree. */
static void add_up(const struct ls_workspace *ws, const struct ls_tree_wave *wave, size_t len)
{
    const struct ls_tree *const tree = ws->tree;
    const double start = ls_profile_start(ws->profile);
    for (int op = wave->op_begin; op < wave->op_end; op++) {
        real *restrict const a = ws->slots + (size_t)tree->wave_ops[op].dst * ws->slot_len;
        const real *restrict const b = ws->slots + (size_t)tree->wave_ops[op].src * ws->slot_len;
        for (size_t e = 0; e < len; e++)
            a[e] += b[e];
    }
    if (ws->profile)
        ws->profile->reduce_s += ls_seconds() - start;
}

/* A layer's gradients to the reducer, tensor by tensor: the gaps between them hold what other
 * layers left in the slot. */
static void hand_over(struct ls_workspace *ws, const struct ls_layer *layer)
{
    const struct ls_tree *const tree = ws->tree;
    const size_t begin = ls_layer_params_begin(layer);
    const double start = ls_profile_start(ws->profile);
    for (int p = 0; p < tree->n_pieces; p++) {
        const real *const slot = ws->slots + (size_t)tree->piece_slot[p] * ws->slot_len;
        for (int i = 0; i < layer->n_params; i++)
            memcpy(ws->reducer.pieces[p] + layer->params[i].offset,
                   slot + (layer->params[i].offset - begin), layer->params[i].len * sizeof(real));
    }
    ls_reducer_ready(&ws->reducer, begin, ls_layer_params_len(layer));
    if (ws->profile)
        ws->profile->reduce_s += ls_seconds() - start;
}

/* Shards in waves of a few: gradients into slots, added up the local part of the fixed tree as
 * soon as both sides are there, so that a handful of slots is enough. */
static void with_gradients(const struct ls_pass *pass, int l)
{
    struct ls_workspace *const ws = pass->ws;
    const struct ls_tree *const tree = ws->tree;
    const struct ls_layer *const layer = &ws->model->layers[l];
    for (int w = 0; w < tree->n_waves; w++) {
        const struct ls_tree_wave wave = tree->waves[w];
#pragma omp parallel for schedule(static, 1) num_threads(ws->threads)
        for (int shard = wave.begin; shard < wave.end; shard++)
            run_shard(pass, l, shard, ws->slots + (size_t)tree->slot[shard] * ws->slot_len);
        add_up(ws, &wave, ls_layer_params_len(layer));
    }
    if (!layer->frozen)
        hand_over(ws, layer);
}

void ls_backward(const struct ls_pass *pass)
{
    const struct ls_workspace *const ws = pass->ws;
    for (int l = ws->model->n_layers - 1; l >= 0; l--) {
        const struct ls_layer *const layer = &ws->model->layers[l];
        if (!ws->needs_gradient[l])
            continue;
        if (layer->backward_len > 0 && !layer->frozen)
            exchange(pass, l);
        if (layer->n_params > 0 && layer->backward_len == 0)
            with_gradients(pass, l);
        else
            plain(pass, l);
    }
}
