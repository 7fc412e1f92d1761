#include "src/step/workspace.h"

enum { CACHE_LINE_LEN = 64 / sizeof(real) };

static size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

static ls_status allocate_scratch(struct ls_workspace *ws, struct ls_arena *arena)
{
    for (int l = 0; l < ws->model->n_layers; l++) {
        const struct ls_layer *const layer = &ws->model->layers[l];
        if (layer->ops->scratch_len)
            ws->scratch_len = max_size(ws->scratch_len, layer->ops->scratch_len(layer, ws->max_n));
    }
    ws->scratch_len = (ws->scratch_len + CACHE_LINE_LEN - 1) / CACHE_LINE_LEN * CACHE_LINE_LEN;
    ws->scratch = ls_arena_get(arena, (size_t)ws->threads * ws->scratch_len, sizeof(real));
    ws->n = ls_arena_get(arena, (size_t)ws->shards, sizeof *ws->n);
    return ws->scratch && ws->n ? LS_OK : LS_OTHER;
}

static ls_status allocate_slabs(struct ls_workspace *ws, bool training, bool keep,
                                struct ls_arena *arena)
{
    const struct ls_placement_spec spec = {.model = ws->model,
                                           .forward = &ws->forward,
                                           .backward = training ? &ws->backward : NULL,
                                           .needed = ws->needs_gradient,
                                           .max_n = ws->max_n,
                                           .keep = keep};
    LS_TRY(ls_placement_plan(&ws->placement, &spec, arena));
    ws->slabs = ls_arena_get(arena, (size_t)ws->shards, ws->placement.bytes);
    return ws->slabs ? LS_OK : LS_OTHER;
}

/* Which layers' outputs need a gradient, and which readers must add to one that another reader
 * has written: backward goes from the last layer to the first, so the first writer of a tensor's
 * gradient is its last reader. */
static void plan_gradients(struct ls_workspace *ws, bool *written)
{
    const struct ls_model *const model = ws->model;
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        ws->needs_gradient[l] = layer->n_params > 0 && !layer->frozen;
        for (int i = 0; i < layer->n_in; i++) {
            const int from = model->wiring[l].from[i];
            if (from != LS_MODEL_INPUT && ws->needs_gradient[from])
                ws->needs_gradient[l] = true;
        }
    }
    for (int l = model->n_layers - 1; l >= 0; l--) {
        size_t spill = 0;
        for (int i = 0; i < model->layers[l].n_in; i++) {
            const int from = model->wiring[l].from[i];
            ws->spill[l].from[i] = -1;
            if (from == LS_MODEL_INPUT || !ws->needs_gradient[from])
                continue;
            if (written[from]) {
                ws->spill[l].from[i] = (int)(spill / ws->max_n);
                spill += ws->max_n * ls_shape_len(model->layers[l].in[i]);
            }
            written[from] = true;
        }
        ws->spill_len = max_size(ws->spill_len, spill);
    }
}

static ls_status plan_backward(struct ls_workspace *ws, struct ls_arena *arena)
{
    const size_t layers = (size_t)ws->model->n_layers;
    ws->needs_gradient = ls_arena_get(arena, layers, sizeof *ws->needs_gradient);
    ws->spill = ls_arena_get(arena, layers, sizeof *ws->spill);
    bool *const written = ls_arena_get(arena, layers, sizeof *written);
    if (!ws->needs_gradient || !ws->spill || !written)
        return LS_OTHER;
    plan_gradients(ws, written);
    return ls_timeline_backward(&ws->backward, ws->model, ws->needs_gradient, arena);
}

static ls_status allocate_backward(struct ls_workspace *ws, struct ls_arena *arena)
{
    const struct ls_tree *const tree = ws->tree;
    size_t exchange = LS_TAIL_LEN;
    for (int l = 0; l < ws->model->n_layers; l++) {
        const struct ls_layer *const layer = &ws->model->layers[l];
        exchange = max_size(exchange, max_size(layer->forward_len, layer->backward_len));
        if (ls_layer_is_summed(layer))
            ws->slot_len = max_size(ws->slot_len, ls_layer_params_len(layer));
    }
    const size_t slots = (size_t)tree->n_slots;
    ws->spilled = ls_arena_get(arena, (size_t)ws->threads * ws->spill_len, sizeof(real));
    ws->slots = ls_arena_get(arena, slots * ws->slot_len, sizeof(real));
    ws->slot_piece = ls_arena_get(arena, slots, sizeof *ws->slot_piece);
    ws->tail_leaves = ls_arena_get(arena, (size_t)ws->shards * LS_TAIL_LEN, sizeof(double));
    ws->leaves = ls_arena_get(arena, (size_t)ws->threads * exchange, sizeof(double));
    if (!ws->spilled || !ws->slots || !ws->slot_piece || !ws->tail_leaves || !ws->leaves)
        return LS_OTHER;
    for (int i = 0; i < tree->n_slots; i++)
        ws->slot_piece[i] = -1;
    for (int p = 0; p < tree->n_pieces; p++)
        ws->slot_piece[tree->piece_slot[p]] = p;
    return ls_fold_init(&ws->fold, tree, ws->peers, exchange, arena);
}

static ls_status plan(struct ls_workspace *ws, bool training, struct ls_arena *arena)
{
    LS_TRY(ls_timeline_forward(&ws->forward, ws->model, training, arena));
    if (training)
        LS_TRY(plan_backward(ws, arena));
    LS_TRY(allocate_slabs(ws, training, false, arena));
    LS_TRY(allocate_scratch(ws, arena));
    return training ? allocate_backward(ws, arena) : LS_OK;
}

/* The reducer, and where exchanges leave gradients. */
static ls_status take_reducer(struct ls_workspace *ws, struct ls_arena *arena)
{
    const struct ls_model *const model = ws->model;
    LS_TRY(ls_reducer_init(&ws->reducer, ws->peers, ws->tree, model->n_summed, model->n_params,
                           arena));
    ws->exchanged = ws->reducer.sum + model->n_summed;
    if (ws->peers->node_rank > 0)
        ws->exchanged = ls_arena_get(arena, model->n_params - model->n_summed, sizeof(real));
    return ls_agree(ws->peers, ws->exchanged ? LS_OK : LS_OTHER);
}

ls_status ls_workspace_init(struct ls_workspace *ws, const struct ls_model *model,
                            const struct ls_tree *tree, const struct ls_peers *peers, size_t batch,
                            int threads, bool training, struct ls_arena *arena)
{
    *ws = (struct ls_workspace){.model = model, .tree = tree, .peers = peers, .threads = threads};
    ws->shards = tree->last - tree->first;
    ws->max_n = ls_shard_max(batch, tree->shards);
    LS_TRY(ls_agree(peers, plan(ws, training, arena)));
    return training ? take_reducer(ws, arena) : LS_OK;
}

ls_status ls_workspace_keep(struct ls_workspace *ws, const struct ls_workspace *like,
                            struct ls_arena *arena)
{
    *ws = *like;
    ws->profile = NULL;
    return allocate_slabs(ws, true, true, arena);
}

static void expect(const struct ls_workspace *ws, size_t batch, bool training)
{
    const int shards = ws->tree->shards;
    for (int l = 0; l < ws->model->n_layers; l++) {
        const struct ls_layer *const layer = &ws->model->layers[l];
        for (int s = ws->tree->first; layer->ops->expect && s < ws->tree->last; s++)
            layer->ops->expect(layer,
                               ls_shard_row(batch, shards, s + 1) - ls_shard_row(batch, shards, s),
                               training);
    }
}

void ls_workspace_expect(const struct ls_workspace *ws, const struct ls_plan *plan, bool training)
{
    if (plan->steps_per_epoch == 0)
        return;
    expect(ws, ls_plan_step(plan, 0).n, training);
    expect(ws, ls_plan_step(plan, plan->steps_per_epoch - 1).n, training);
}
