#include "src/examine/look.h"

#include <string.h>

#include "src/examine/tensors.h"

static ls_status take_memory(struct ls_examined *step, struct ls_look *look, struct ls_arena *arena)
{
    const struct ls_model *const model = step->trainer->spec.model;
    size_t len = 0;
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        for (int i = 0; i < layer->n_params; i++)
            len = layer->params[i].len > len ? layer->params[i].len : len;
        for (int i = 0; i < layer->n_buffers; i++)
            len = layer->buffers[i].len > len ? layer->buffers[i].len : len;
    }
    bool good = (step->file = ls_arena_get(arena, len, sizeof *step->file)) != NULL;
    for (int s = 0; s < 1 + LS_MAX_SLOTS; s++)
        good = (step->memory[s] = ls_arena_get(arena, len, sizeof(real))) != NULL && good;
    look->layers = ls_arena_get(arena, (size_t)model->n_layers, sizeof *look->layers);
    good = (step->ws = ls_arena_get(arena, 1, sizeof *step->ws)) != NULL && good;
    if (!good || !look->layers)
        return LS_OTHER;
    return ls_workspace_keep(step->ws, step->trainer->ws, arena);
}

/* The step again, up to the update; the gradient is summed as it was, into the same memory. */
static void run(struct ls_examined *step, struct ls_record *record)
{
    const struct ls_trainer *const trainer = step->trainer;
    const struct ls_batch *const batch = step->batch;
    const struct ls_pass pass = {step->ws, batch, trainer->spec.seed, true};
    ls_model_prepare(step->ws->model);
    ls_forward(&pass);
    ls_pass_loss(&pass, trainer->spec.loss);
    ls_backward(&pass);
    const double *const tail = ls_pass_reduce(&pass, false, false);
    ls_trainer_take(trainer, batch, tail, record, &step->gradient);
    record->grad_norm = ls_trainer_norm(trainer, &step->gradient);
    step->record = record;
}

/* Rank's findings to all: the earliest tensor, of it the first shard. */
static ls_status choose(const struct ls_peers *peers, struct ls_bad *bad, struct ls_arena *arena)
{
    const size_t size = (size_t)peers->size;
    struct ls_bad *const all = ls_arena_get(arena, size, sizeof *all);
    size_t *const bytes = ls_arena_get(arena, size, sizeof *bytes);
    LS_TRY(ls_agree(peers, all && bytes ? LS_OK : LS_OTHER));
    for (size_t r = 0; r < size; r++)
        bytes[r] = sizeof *bad;
    bad->rank = peers->rank;
    ls_gather(peers, bad, all, bytes);
    *bad = all[0];
    for (size_t r = 1; r < size; r++)
        if (all[r].order < bad->order || (all[r].order == bad->order && all[r].shard < bad->shard))
            *bad = all[r];
    return LS_OK;
}

/* How many values and samples of the tensor are bad, and the first of them in the batch. */
static ls_status count(const struct ls_examined *step, const struct ls_examined_tensor *t,
                       struct ls_bad *bad, struct ls_arena *arena)
{
    const struct ls_peers *const peers = step->ws->peers;
    const size_t size = (size_t)peers->size;
    struct ls_bad mine = {0};
    struct ls_bad *const all = ls_arena_get(arena, size, sizeof *all);
    size_t *const bytes = ls_arena_get(arena, size, sizeof *bytes);
    LS_TRY(ls_agree(peers, all && bytes ? LS_OK : LS_OTHER));
    ls_examined_count(step, t, &mine);
    for (size_t r = 0; r < size; r++)
        bytes[r] = sizeof mine;
    ls_gather(peers, &mine, all, bytes);
    uint64_t listed = 0;
    bad->n_values = bad->n_samples = 0;
    for (size_t r = 0; r < size; r++) {
        for (uint64_t i = 0; i < all[r].n_samples && i < LS_BAD_SAMPLES; i++)
            if (listed < LS_BAD_SAMPLES)
                bad->samples[listed++] = all[r].samples[i];
        bad->n_values += all[r].n_values;
        bad->n_samples += all[r].n_samples;
    }
    return LS_OK;
}

static ls_status find(const struct ls_examined *step, struct ls_bad *bad, struct ls_arena *arena)
{
    const uint64_t n = ls_examined_len(step);
    struct ls_examined_tensor t = {.order = n};
    *bad = (struct ls_bad){.order = n, .layer = -1, .through = -1};
    for (uint64_t order = 0; order < n && bad->place == LS_PLACE_NONE; order++) {
        struct ls_bad found;
        t = ls_examined_tensor(step, order);
        if (ls_examined_find(step, &t, &found))
            *bad = found;
    }
    LS_TRY(choose(step->ws->peers, bad, arena));
    if (bad->place == LS_PLACE_NONE || bad->shard < 0)
        return LS_OK;
    t = ls_examined_tensor(step, bad->order);
    return count(step, &t, bad, arena);
}

/* The largest size of a finite value of this rank's rows of a tensor. */
static double most_of(const struct ls_examined *step, enum ls_place place, int layer)
{
    const struct ls_examined_tensor t = {.place = place, .layer = layer};
    double most = 0;
    for (int shard = 0; shard < step->ws->shards; shard++) {
        struct ls_shape shape;
        const real *const rows = ls_examined_rows(step, &t, shard, &shape);
        const size_t len = rows ? step->ws->n[shard] * ls_shape_len(shape) : 0;
        for (size_t i = 0; i < len; i++)
            if (isfinite(rows[i]) && fabs((double)rows[i]) > most)
                most = fabs((double)rows[i]);
    }
    return most;
}

/* The first channel of layer l's input that has one value throughout the global batch. */
static ls_status find_constant(const struct ls_examined *step, int l, struct ls_arena *arena,
                               uint64_t *channel)
{
    const struct ls_layer *const layer = &step->ws->model->layers[l];
    const size_t c = layer->in[0].c, area = layer->in[0].h * layer->in[0].w;
    double *const ends = ls_arena_get(arena, c, 2 * sizeof *ends); /* of -x and of x */
    LS_TRY(ls_agree(step->ws->peers, ends ? LS_OK : LS_OTHER));
    for (size_t i = 0; i < 2 * c; i++)
        ends[i] = -(double)INFINITY;
    const struct ls_pass pass = {.ws = step->ws, .batch = step->batch, .training = true};
    for (int shard = 0; shard < step->ws->shards; shard++) {
        const struct ls_run all = ls_run_all(&pass, shard, 0);
        const real *const x = ls_pass_call(&pass, l, &all).x[0];
        for (size_t i = 0; i < all.n * area * c; i++) {
            ends[2 * (i % c)] = fmax(ends[2 * (i % c)], -(double)x[i]);
            ends[2 * (i % c) + 1] = fmax(ends[2 * (i % c) + 1], (double)x[i]);
        }
    }
    LS_TRY(ls_most_of_ranks(step->ws->peers, ends, 2 * c));
    for (size_t i = c; i-- > 0;)
        if (ends[2 * i] == -ends[2 * i + 1])
            *channel = i;
    return LS_OK;
}

static ls_status measure(const struct ls_examined *step, struct ls_look *look,
                         struct ls_arena *arena)
{
    const struct ls_model *const model = step->ws->model;
    const size_t layers = (size_t)model->n_layers;
    double *const most = ls_arena_get(arena, layers, 2 * sizeof *most);
    double *const weights = ls_arena_get(arena, layers, sizeof *weights);
    LS_TRY(ls_agree(step->ws->peers, most && weights ? LS_OK : LS_OTHER));
    ls_weigh(model, weights);
    for (size_t l = 0; l < layers; l++) {
        most[2 * l] = most_of(step, LS_PLACE_FORWARD, (int)l);
        most[2 * l + 1] = most_of(step, LS_PLACE_BACKWARD, (int)l);
    }
    LS_TRY(ls_most_of_ranks(step->ws->peers, most, 2 * layers));
    for (size_t l = 0; l < layers; l++) {
        look->layers[l] =
            (struct ls_layer_look){most[2 * l], most[2 * l + 1], weights[l], UINT64_MAX};
        if (model->layers[l].ops->traits & LS_NORMALIZES)
            LS_TRY(find_constant(step, (int)l, arena, &look->layers[l].constant_channel));
    }
    look->z = look->layers[layers - 1].y;
    return LS_OK;
}

ls_status ls_look(const struct ls_trainer *trainer, const struct ls_batch *batch,
                  struct ls_arena *arena, struct ls_look *look)
{
    const struct ls_peers *const peers = trainer->ws->peers;
    const int shards = trainer->ws->shards;
    struct ls_examined step = {.trainer = trainer, .batch = batch};
    struct ls_record record;
    *look = (struct ls_look){0};
    LS_TRY(ls_agree(peers, take_memory(&step, look, arena)));
    run(&step, &record);
    LS_TRY(find(&step, &look->bad, arena));
    LS_TRY(ls_examined_keep(&step, look, arena));
    LS_TRY(measure(&step, look, arena));
    LS_TRY(ls_scale_x(batch, shards, trainer->spec.model->input, peers, arena, &look->x));
    if (batch->values)
        LS_TRY(ls_scale_y(batch, shards, trainer->spec.loss->k, peers, arena, &look->y));
    look->loss = record.loss;
    look->lr = record.lr;
    return LS_OK;
}
