#include "src/examine/history.h"

#include <string.h>

ls_status ls_history_init(struct ls_history *history, size_t layers, struct ls_arena *arena)
{
    *history = (struct ls_history){.layers = layers};
    history->row = ls_arena_get(arena, LS_HISTORY, sizeof *history->row);
    history->gradients = ls_arena_get(arena, LS_HISTORY * layers, sizeof(double));
    history->weights = ls_arena_get(arena, layers, sizeof(double));
    history->start = ls_arena_get(arena, layers, sizeof(double));
    ls_history_clear(history);
    return history->row && history->gradients && history->weights && history->start ? LS_OK
                                                                                    : LS_OTHER;
}

void ls_history_clear(struct ls_history *history)
{
    history->first = history->len = 0;
    history->weights_at = history->start_at = (double)NAN;
}

void ls_weigh(const struct ls_model *model, double *norms)
{
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        double sum = 0;
        for (int i = 0; i < layer->n_params; i++) {
            const double norm = ls_norm(layer->param[i], layer->params[i].len);
            sum += norm * norm;
        }
        norms[l] = sqrt(sum);
    }
}

void ls_history_weigh(struct ls_history *history, const struct ls_model *model, uint64_t step)
{
    const bool begins = isnan(history->start_at);
    if (!begins && step % LS_WEIGH_EVERY != 1)
        return;
    ls_weigh(model, history->weights);
    history->weights_at = (double)step;
    if (!begins)
        return;
    memcpy(history->start, history->weights, history->layers * sizeof *history->start);
    history->start_at = (double)step;
}

double ls_history_total(const double *norms, size_t layers)
{
    double sum = 0;
    for (size_t l = 0; l < layers; l++)
        sum += norms[l] * norms[l];
    return sqrt(sum);
}

/* The sign of a NaN says nothing. */
static double plain(double value)
{
    return isnan(value) ? (double)NAN : value;
}

void ls_history_add(struct ls_history *history, const struct ls_record *record,
                    const double *gradients)
{
    const size_t layers = history->layers;
    const double step = (double)record->step + 1;
    const size_t at = (history->first + history->len) % LS_HISTORY;
    const bool weighed = history->weights_at == step;
    history->row[at] = (struct ls_history_row){
        .step = step,
        .loss = plain(record->loss),
        .lr = record->lr,
        .grad_norm = plain(record->grad_norm),
        .weight_norm = weighed ? ls_history_total(history->weights, layers) : (double)NAN};
    memcpy(history->gradients + at * layers, gradients, layers * sizeof *gradients);
    if (history->len < LS_HISTORY)
        history->len++;
    else
        history->first = (history->first + 1) % LS_HISTORY;
}

const struct ls_history_row *ls_history_row(const struct ls_history *history, size_t i)
{
    return &history->row[(history->first + i) % LS_HISTORY];
}

const double *ls_history_gradients(const struct ls_history *history, size_t i)
{
    return history->gradients + (history->first + i) % LS_HISTORY * history->layers;
}
