#include "src/step/trainer.h"

#include "src/step/miner.h"

bool ls_trainer_decays(const struct ls_trainer *trainer, const struct ls_param *param)
{
    return trainer->spec.optimizer->decay == LS_DECAY_ALL || param->axes > 1;
}

_Static_assert(LS_NORM_BLOCK % LS_RANGE == 0, "no range crosses the norm's blocks");

/* Appends a tensor's ranges, cut at multiples of LS_RANGE in the slab. */
static void list_tensor(struct ls_trainer *trainer, int layer, const struct ls_param *param,
                        bool store)
{
    const size_t end = param->offset + param->len;
    for (size_t at = param->offset, next; at < end; at = next) {
        next = (at / LS_RANGE + 1) * LS_RANGE;
        next = next < end ? next : end;
        if (store)
            trainer->ranges[trainer->n_ranges] =
                (struct ls_range){.begin = at,
                                  .len = next - at,
                                  .layer = layer,
                                  .tensor = trainer->n_tensors,
                                  .decayed = ls_trainer_decays(trainer, param),
                                  .lr_scale = trainer->spec.model->layers[layer].lr_scale,
                                  .since = trainer->spec.model->layers[layer].since};
        trainer->n_ranges++;
    }
    trainer->n_tensors++;
}

/* In the order of the slab: layers without an exchange come first there. */
static void list_ranges(struct ls_trainer *trainer, bool store)
{
    const struct ls_model *const model = trainer->spec.model;
    trainer->n_ranges = 0;
    trainer->n_tensors = 0;
    for (int exchange = 0; exchange < 2; exchange++)
        for (int l = 0; l < model->n_layers; l++) {
            const struct ls_layer *const layer = &model->layers[l];
            if (layer->frozen || (layer->backward_len > 0) != exchange)
                continue;
            for (int i = 0; i < layer->n_params; i++)
                list_tensor(trainer, l, &layer->params[i], store);
        }
}

static void list_blocks(const struct ls_trainer *trainer)
{
    size_t r = 0;
    for (size_t b = 0; b < trainer->n_blocks; b++) {
        trainer->block[b] = r;
        while (r < trainer->n_ranges && trainer->ranges[r].begin < (b + 1) * LS_NORM_BLOCK)
            r++;
    }
    trainer->block[trainer->n_blocks] = r;
    for (size_t i = 1; i < trainer->n_ranges; i++)
        LS_ASSERT(trainer->ranges[i - 1].begin < trainer->ranges[i].begin);
}

static void list_cells(struct ls_trainer *trainer, bool store)
{
    trainer->n_cells = 0;
    for (size_t b = 0; b < trainer->n_blocks; b++) {
        if (store)
            trainer->cell[b] = trainer->n_cells;
        const size_t last = trainer->block[b + 1];
        for (size_t r = trainer->block[b], end; r < last; r = end) {
            end = r + 1;
            while (end < last && trainer->ranges[end].layer == trainer->ranges[r].layer)
                end++;
            if (store)
                trainer->cells[trainer->n_cells] = (struct ls_cell){r, end};
            trainer->n_cells++;
        }
    }
    if (store)
        trainer->cell[trainer->n_blocks] = trainer->n_cells;
}

static ls_status plan_cells(struct ls_trainer *trainer, struct ls_arena *arena)
{
    const size_t layers = (size_t)trainer->spec.model->n_layers;
    list_cells(trainer, false);
    trainer->cells = ls_arena_get(arena, trainer->n_cells, sizeof *trainer->cells);
    trainer->cell = ls_arena_get(arena, trainer->n_blocks + 1, sizeof *trainer->cell);
    trainer->layer_norm = ls_arena_get(arena, layers, sizeof *trainer->layer_norm);
    if (!trainer->cells || !trainer->cell || !trainer->layer_norm)
        return LS_OTHER;
    list_cells(trainer, true);
    return LS_OK;
}

static ls_status plan(struct ls_trainer *trainer, struct ls_arena *arena)
{
    const struct ls_peers *const peers = trainer->ws->peers;
    const size_t rank = (size_t)peers->node_rank, size = (size_t)peers->node_size;
    trainer->n_blocks = ls_norm_blocks(trainer->spec.model->n_params);
    trainer->first_block = trainer->n_blocks * rank / size;
    trainer->last_block = trainer->n_blocks * (rank + 1) / size;
    list_ranges(trainer, false);
    trainer->ranges = ls_arena_get(arena, trainer->n_ranges, sizeof *trainer->ranges);
    trainer->block = ls_arena_get(arena, trainer->n_blocks + 1, sizeof *trainer->block);
    if (!trainer->ranges || !trainer->block)
        return LS_OTHER;
    list_ranges(trainer, true);
    for (size_t r = 0; r < trainer->n_ranges; r++)
        trainer->most_lr_scale = fmax(trainer->most_lr_scale, trainer->ranges[r].lr_scale);
    list_blocks(trainer);
    return plan_cells(trainer, arena);
}

void ls_trainer_list(struct ls_trainer *trainer)
{
    list_ranges(trainer, true);
    list_blocks(trainer);
    list_cells(trainer, true);
}

static ls_status plan_adaptive(struct ls_trainer *trainer, struct ls_arena *arena)
{
    const struct ls_peers *const peers = trainer->ws->peers;
    void *memory = NULL;
    if (!(trainer->spec.clip.adaptive > 0))
        return LS_OK;
    LS_TRY(ls_share(peers, 2 * trainer->n_ranges * sizeof(double), arena, &memory));
    trainer->range_sums = memory;
    trainer->adapted = ls_arena_get(arena, (size_t)trainer->n_tensors, sizeof *trainer->adapted);
    return ls_agree(peers, trainer->adapted ? LS_OK : LS_OTHER);
}

ls_status ls_trainer_init(struct ls_trainer *trainer, const struct ls_trainer_spec *spec,
                          struct ls_workspace *ws, struct ls_arena *arena)
{
    const struct ls_peers *const peers = ws->peers;
    *trainer =
        (struct ls_trainer){.spec = *spec, .ws = ws, .lr_factor = 1, .reach.w = (double)INFINITY};
    LS_TRY(ls_agree(peers, plan(trainer, arena)));
    LS_TRY(ls_model_share(spec->model, peers, arena));
    void *memory = NULL;
    const size_t sums = 2 * trainer->n_blocks + trainer->n_cells;
    LS_TRY(ls_share(peers, sums * sizeof *trainer->partial, arena, &memory));
    trainer->partial = memory;
    trainer->sizes = trainer->partial + trainer->n_blocks;
    trainer->squares = trainer->sizes + trainer->n_blocks;
    for (int s = 0; s < spec->optimizer->n_slots; s++) {
        LS_TRY(ls_share(peers, spec->model->n_params * sizeof(real), arena, &memory));
        trainer->slot[s] = memory;
    }
    if (spec->recall) {
        const size_t room = ws->max_n * (size_t)ws->tree->shards;
        LS_TRY(ls_agree(peers, ls_remember_init(&trainer->remember, ws, room, arena)));
    }
    LS_TRY(plan_adaptive(trainer, arena));
    if (spec->loss->mine.rule == LS_MINE_NONE)
        return LS_OK;
    ws->miner = ls_arena_get(arena, 1, sizeof *ws->miner);
    return ws->miner ? ls_miner_init(ws->miner, ws, spec->loss, arena) : LS_OTHER;
}

/* What a rank could not read, told to all. */
static ls_status agree_on_batch(const struct ls_trainer *trainer, const struct ls_batch *batch)
{
    const ls_status mine =
        batch->status == LS_OK ? LS_OK : ls_fail(batch->status, "%s", batch->message);
    return ls_agree(trainer->ws->peers, mine);
}

void ls_trainer_take(const struct ls_trainer *trainer, const struct ls_batch *batch,
                     const double *tail, struct ls_record *record, struct ls_gradient *gradient)
{
    const double weight = tail[LS_TAIL_WEIGHT] > 0 ? tail[LS_TAIL_WEIGHT] : 1;
    *record = (struct ls_record){
        .step = batch->step,
        .epoch = batch->epoch,
        .samples = batch->global_n,
        .loss = tail[LS_TAIL_VALUE] / weight,
        .lr = ls_schedule_lr(trainer->spec.schedule, trainer->spec.optimizer->lr, batch->step) *
              trainer->lr_factor,
        .stop = tail[LS_TAIL_STOP] > 0};
    *gradient = (struct ls_gradient){.sum = trainer->ws->reducer.sum,
                                     .divisor = LS_R(weight),
                                     .penalty = trainer->spec.penalty,
                                     .factor = 1};
}

ls_status ls_trainer_step(struct ls_trainer *trainer, const struct ls_batch *batch, bool stop,
                          struct ls_record *record)
{
    struct ls_workspace *const ws = trainer->ws;
    const struct ls_pass pass = {ws, batch, trainer->spec.seed, true};
    double at = ls_profile_start(ws->profile);
    ls_model_prepare(ws->model);
    at = ls_profile_phase(ws->profile, LS_PHASE_PREPARE, at);
    ls_forward(&pass);
    at = ls_profile_phase(ws->profile, LS_PHASE_FORWARD, at);
    ls_pass_loss(&pass, trainer->spec.loss);
    at = ls_profile_phase(ws->profile, LS_PHASE_LOSS, at);
    ls_backward(&pass);
    at = ls_profile_phase(ws->profile, LS_PHASE_BACKWARD, at);
    const double *const tail = ls_pass_reduce(&pass, batch->status != LS_OK, stop);
    at = ls_profile_phase(ws->profile, LS_PHASE_REDUCE, at);
    if (tail[LS_TAIL_FAILED] > 0)
        return agree_on_batch(trainer, batch);
    struct ls_gradient gradient;
    ls_trainer_take(trainer, batch, tail, record, &gradient);
    record->grad_norm = ls_trainer_norm(trainer, &gradient);
    LS_TRY(ls_trainer_finite(trainer, &gradient, record));
    if (trainer->spec.clip.adaptive > 0)
        ls_trainer_adapt(trainer, &gradient);
    LS_TRY(ls_trainer_overflow(trainer, &gradient, record));
    ls_trainer_update(trainer, &gradient, record);
    if (trainer->spec.recall)
        ls_remember(&trainer->remember, ws, batch, trainer->spec.recall);
    (void)ls_profile_phase(ws->profile, LS_PHASE_UPDATE, at);
    return LS_OK;
}
