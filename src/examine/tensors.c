#include "src/examine/tensors.h"

#include <string.h>

/* x, y; parameters and output of each layer; the loss; from the last layer to the first the
 * gradient of its output and those of its parameters; each layer's update. */
enum { BEFORE_LAYERS = 2 };

static uint64_t n_layers(const struct ls_examined *step)
{
    return (uint64_t)step->ws->model->n_layers;
}

uint64_t ls_examined_len(const struct ls_examined *step)
{
    return BEFORE_LAYERS + 5 * n_layers(step) + 1;
}

struct ls_examined_tensor ls_examined_tensor(const struct ls_examined *step, uint64_t order)
{
    const uint64_t layers = n_layers(step);
    struct ls_examined_tensor t = {order, LS_PLACE_INPUT, -1};
    if (order < BEFORE_LAYERS) {
        t.place = order == 0 ? LS_PLACE_INPUT : LS_PLACE_TARGET;
        return t;
    }
    order -= BEFORE_LAYERS;
    if (order < 2 * layers) {
        t.place = order % 2 == 0 ? LS_PLACE_PARAM : LS_PLACE_FORWARD;
        t.layer = (int)(order / 2);
        return t;
    }
    order -= 2 * layers;
    if (order-- == 0) {
        t.place = LS_PLACE_LOSS;
    } else if (order < 2 * layers) {
        t.place = order % 2 == 0 ? LS_PLACE_BACKWARD : LS_PLACE_GRADIENT;
        t.layer = (int)(layers - 1 - order / 2);
    } else {
        t.place = LS_PLACE_UPDATE;
        t.layer = (int)(order - 2 * layers);
    }
    return t;
}

const real *ls_examined_rows(const struct ls_examined *step, const struct ls_examined_tensor *t,
                             int shard, struct ls_shape *shape)
{
    const struct ls_workspace *const ws = step->ws;
    const struct ls_batch *const batch = step->batch;
    const size_t first = (size_t)shard * batch->max_n, k = step->trainer->spec.loss->k;
    *shape = t->layer < 0 ? ws->model->input : ws->model->layers[t->layer].out;
    if (t->place == LS_PLACE_INPUT)
        return batch->x + first * ls_shape_len(*shape);
    if (t->place == LS_PLACE_TARGET) {
        *shape = (struct ls_shape){1, k, 1, 1};
        return batch->values ? batch->values + first * k : NULL;
    }
    if (t->place == LS_PLACE_FORWARD)
        return ls_workspace_y(ws, t->layer, shard);
    return t->place == LS_PLACE_BACKWARD ? ls_workspace_dy(ws, t->layer, shard) : NULL;
}

/* Whatever its sign: that of a NaN says nothing. */
static double plain(real value)
{
    return isnan(value) ? (double)NAN : (double)value;
}

/* The values beside element `at` of a row in the layout of files. */
static void take_around(const real *row, struct ls_shape s, size_t at, struct ls_bad *bad)
{
    const size_t along = s.axes == 1 ? s.c : s.w, step = s.axes == 1 ? 1 : s.c;
    const size_t place = at / step % along, half = LS_BAD_AROUND / 2;
    const size_t begin = place > half ? place - half : 0;
    const size_t end = place + half < along ? place + half + 1 : along;
    bad->n_around = (int)(end - begin);
    bad->at_around = (int)(place - begin);
    for (size_t i = begin; i < end; i++)
        bad->around[i - begin] = plain(row[at + i * step - place * step]);
}

static size_t first_bad(const real *x, size_t len)
{
    size_t e = 0;
    while (e < len && isfinite(x[e]))
        e++;
    return e;
}

static bool find_in_rows(const struct ls_examined *step, const struct ls_examined_tensor *t,
                         struct ls_bad *bad)
{
    for (int shard = 0; shard < step->ws->shards; shard++) {
        struct ls_shape shape;
        const real *const rows = ls_examined_rows(step, t, shard, &shape);
        const size_t n = rows ? step->ws->n[shard] : 0, len = ls_shape_len(shape);
        const size_t at = rows ? first_bad(rows, n * len) : 0;
        if (at == n * len)
            continue;
        bad->shard = step->ws->tree->first + shard;
        bad->sample = step->batch->samples[(size_t)shard * step->batch->max_n + at / len];
        bad->element = ls_place_in_file(shape, at % len);
        bad->value = plain(rows[at]);
        take_around(rows + at / len * len, shape, at % len, bad);
        return true;
    }
    return false;
}

/* The loss of one sample of a shard, as evaluation takes it. */
static double loss_of(const struct ls_examined *step, int shard, size_t i)
{
    const struct ls_pass pass = {.ws = step->ws, .batch = step->batch};
    const struct ls_loss now = ls_loss_in_epoch(step->trainer->spec.loss, step->batch->epoch);
    struct ls_targets targets = ls_pass_targets(&pass, &now, shard);
    if (targets.classes)
        targets.classes += i;
    if (targets.values)
        targets.values += i * now.k;
    return ls_loss_run(&now, 1, ls_workspace_output(step->ws, shard) + i * now.k, targets, NULL)
        .value;
}

static bool find_in_loss(const struct ls_examined *step, struct ls_bad *bad)
{
    for (int shard = 0; shard < step->ws->shards; shard++)
        for (size_t i = 0; i < step->ws->n[shard]; i++) {
            const double value = loss_of(step, shard, i);
            if (isfinite(value))
                continue;
            bad->shard = step->ws->tree->first + shard;
            bad->sample = step->batch->samples[(size_t)shard * step->batch->max_n + i];
            bad->value = isnan(value) ? (double)NAN : value;
            return true;
        }
    return false;
}

static struct ls_range range_at(const struct ls_examined *step, const struct ls_param *param,
                                size_t at)
{
    const size_t left = param->len - at;
    return (struct ls_range){.begin = param->offset + at,
                             .len = left < LS_RANGE ? left : LS_RANGE,
                             .decayed = ls_trainer_decays(step->trainer, param)};
}

static void take_gradient(const struct ls_examined *step, const struct ls_param *param)
{
    for (size_t at = 0; at < param->len; at += LS_RANGE)
        ls_trainer_gradient(step->trainer, &step->gradient, range_at(step, param, at),
                            step->memory[0] + at);
}

static void take_update(const struct ls_examined *step, const struct ls_param *param)
{
    const struct ls_gradient clipped =
        ls_trainer_clipped(step->trainer, &step->gradient, step->record);
    for (size_t at = 0; at < param->len; at += LS_RANGE) {
        real *slot[LS_MAX_SLOTS];
        for (int s = 0; s < LS_MAX_SLOTS; s++)
            slot[s] = step->memory[1 + s] + at;
        ls_trainer_foresee(step->trainer, &clipped, range_at(step, param, at), step->record,
                           step->memory[0] + at, slot);
    }
}

/* A tensor that has no samples; `values` as it lies in memory. */
static bool find_in_param(const struct ls_examined *step, const struct ls_param *param,
                          const real *values, struct ls_bad *bad)
{
    ls_param_to_file(param, values, step->file);
    size_t at = 0;
    while (at < param->len && isfinite(step->file[at]))
        at++;
    if (at == param->len)
        return false;
    const size_t along = param->dims[param->axes - 1];
    const size_t place = at % along, half = LS_BAD_AROUND / 2;
    const size_t begin = place > half ? place - half : 0;
    const size_t end = place + half < along ? place + half + 1 : along;
    bad->shard = -1;
    bad->element = at;
    bad->value = plain(LS_R(step->file[at]));
    bad->n_around = (int)(end - begin);
    bad->at_around = (int)(place - begin);
    for (size_t i = begin; i < end; i++)
        bad->around[i - begin] = plain(LS_R(step->file[at + i - place]));
    for (size_t e = 0; e < param->len; e++)
        bad->n_values += isfinite(step->file[e]) ? 0u : 1u;
    return true;
}

/* The parameter itself after the update, or one of the optimiser's numbers for it. */
static bool find_in_update(const struct ls_examined *step, const struct ls_param *param,
                           struct ls_bad *bad)
{
    const int slots = step->trainer->spec.optimizer->n_slots;
    for (bad->slot = -1; bad->slot < slots; bad->slot++)
        if (find_in_param(step, param, step->memory[1 + bad->slot], bad))
            return true;
    return false;
}

static bool find_in_params(const struct ls_examined *step, const struct ls_examined_tensor *t,
                           struct ls_bad *bad)
{
    const struct ls_layer *const layer = &step->ws->model->layers[t->layer];
    for (bad->param = 0; bad->param < layer->n_params; bad->param++) {
        const struct ls_param *const param = &layer->params[bad->param];
        bool found = false;
        if (t->place == LS_PLACE_PARAM) {
            found = find_in_param(step, param, layer->param[bad->param], bad);
        } else if (t->place == LS_PLACE_GRADIENT && !layer->frozen) {
            take_gradient(step, param);
            found = find_in_param(step, param, step->memory[0], bad);
        } else if (t->place == LS_PLACE_UPDATE && !layer->frozen) {
            take_update(step, param);
            found = find_in_update(step, param, bad);
        }
        if (found)
            return true;
    }
    for (int i = 0; t->place == LS_PLACE_PARAM && i < layer->n_buffers; i++, bad->param++)
        if (find_in_param(step, &layer->buffers[i], layer->buffer[i], bad))
            return true;
    return false;
}

/* The layer whose backward pass gave the gradient of layer l's output; -1: the loss did. */
static int gradient_through(const struct ls_examined *step, int l)
{
    const struct ls_model *const model = step->ws->model;
    for (int r = l + 1; r < model->n_layers; r++)
        for (int i = 0; i < model->layers[r].n_in; i++)
            if (model->wiring[r].from[i] == l && step->ws->needs_gradient[r])
                return r;
    return -1;
}

bool ls_examined_find(const struct ls_examined *step, const struct ls_examined_tensor *t,
                      struct ls_bad *bad)
{
    *bad = (struct ls_bad){
        .place = t->place, .order = t->order, .layer = t->layer, .slot = -1, .through = -1};
    if (t->place == LS_PLACE_LOSS)
        return find_in_loss(step, bad);
    if (t->place == LS_PLACE_PARAM || t->place == LS_PLACE_GRADIENT || t->place == LS_PLACE_UPDATE)
        return find_in_params(step, t, bad);
    if (t->place == LS_PLACE_BACKWARD)
        bad->through = gradient_through(step, t->layer);
    return find_in_rows(step, t, bad);
}

struct ls_examined_tensor ls_examined_before(const struct ls_examined *step,
                                             const struct ls_bad *bad)
{
    const struct ls_model *const model = step->ws->model;
    struct ls_examined_tensor t = {.place = LS_PLACE_NONE, .layer = -1};
    if (bad->place == LS_PLACE_FORWARD) {
        t.layer = model->wiring[bad->layer].from[0];
        t.place = t.layer < 0 ? LS_PLACE_INPUT : LS_PLACE_FORWARD;
    } else if (bad->place == LS_PLACE_LOSS ||
               (bad->place == LS_PLACE_BACKWARD && bad->through < 0)) {
        t.layer = model->n_layers - 1;
        t.place = LS_PLACE_FORWARD;
    } else if (bad->place == LS_PLACE_BACKWARD) {
        t.layer = bad->through;
        t.place = LS_PLACE_BACKWARD;
    }
    return t;
}

static uint64_t count_bad(const struct ls_examined *step, const struct ls_examined_tensor *t,
                          int shard, size_t i)
{
    if (t->place == LS_PLACE_LOSS)
        return isfinite(loss_of(step, shard, i)) ? 0u : 1u;
    struct ls_shape shape;
    const real *const rows = ls_examined_rows(step, t, shard, &shape);
    const size_t len = ls_shape_len(shape);
    uint64_t n = 0;
    for (size_t e = 0; rows && e < len; e++)
        n += isfinite(rows[i * len + e]) ? 0u : 1u;
    return n;
}

void ls_examined_count(const struct ls_examined *step, const struct ls_examined_tensor *t,
                       struct ls_bad *bad)
{
    bad->n_values = bad->n_samples = 0;
    for (int shard = 0; shard < step->ws->shards; shard++)
        for (size_t i = 0; i < step->ws->n[shard]; i++) {
            const uint64_t n = count_bad(step, t, shard, i);
            bad->n_values += n;
            if (n > 0 && bad->n_samples < LS_BAD_SAMPLES)
                bad->samples[bad->n_samples] =
                    step->batch->samples[(size_t)shard * step->batch->max_n + i];
            bad->n_samples += n > 0 ? 1u : 0u;
        }
}
