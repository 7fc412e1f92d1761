#include <stdlib.h>

#include "launch/bench_steps.h"

/* What a rank found out, of all its steps: phases, hidden, whole, memory, then layers. */
enum { AT_HIDDEN = LS_PHASES, AT_TOTAL, AT_MEMORY, AT_LAYERS };
enum layer_figure { FORWARD, BACKWARD, EXCHANGE, LAYER_FIGURES };

static double add(const double *value, size_t len, size_t stride)
{
    double sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += value[i * stride];
    return sum;
}

/* This rank's figures, seconds of one step. */
static void fill_mine(const struct ls_bench_steps *m, double *mine)
{
    const struct ls_profile *const profile = &m->profile;
    const size_t layers = (size_t)m->ws.model->n_layers, threads = (size_t)m->ws.threads;
    const double steps = (double)m->steps, each = steps * (double)threads;
    for (int p = 0; p < LS_PHASES; p++)
        mine[p] = profile->phase_s[p] / steps;
    mine[AT_HIDDEN] = profile->reduce_s / steps;
    mine[AT_TOTAL] = add(m->step_s, m->steps, 1) / steps;
    mine[AT_MEMORY] = (double)ls_machine_peak_memory();
    for (size_t l = 0; l < layers; l++) {
        double *const to = mine + AT_LAYERS + l * LAYER_FIGURES;
        to[FORWARD] = add(profile->forward_s + l, threads, layers) / each;
        to[BACKWARD] = add(profile->backward_s + l, threads, layers) / each;
        to[EXCHANGE] = profile->exchange_s[l] / steps;
    }
}

static struct ls_bench_spread spread(const double *all, size_t len, int ranks, size_t at)
{
    struct ls_bench_spread result = {0};
    for (int r = 0; r < ranks; r++) {
        const double value = all[(size_t)r * len + at];
        result.mean += value / ranks;
        result.max = value > result.max ? value : result.max;
    }
    return result;
}

/* The work of a layer for `samples`. Its weights are no part of the bytes: they stay in a cache. */
static void set_work(const struct ls_bench_steps *m, int l, double samples,
                     struct ls_bench_layer *row)
{
    const struct ls_layer *const layer = &m->ws.model->layers[l];
    const double out = (double)ls_shape_len(layer->out);
    double in = 0, wanted = 0;
    bool wants_dx = false;
    for (int i = 0; i < layer->n_in; i++) {
        const int from = m->ws.model->wiring[l].from[i];
        const bool wants = from != LS_MODEL_INPUT && m->ws.needs_gradient[from];
        in += (double)ls_shape_len(layer->in[i]);
        wanted += wants ? (double)ls_shape_len(layer->in[i]) : 0;
        wants_dx = wants_dx || wants;
    }
    const double back = out + wanted + (layer->traits & LS_BACKWARD_READS_X ? in : 0) +
                        (layer->traits & LS_BACKWARD_READS_Y ? out : 0);
    row->computes = layer->flops >= sizeof(real) * (in + out);
    row->forward_work = samples * (row->computes ? layer->flops : sizeof(real) * (in + out));
    row->backward_work =
        samples *
        (row->computes ? layer->flops * ((layer->n_params > 0) + wants_dx) : sizeof(real) * back);
    if (!m->ws.needs_gradient[l])
        row->backward_work = 0;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *value, size_t len)
{
    qsort(value, len, sizeof *value, by_value);
    return (value[(len - 1) / 2] + value[len / 2]) / 2;
}

static void sum_up(const struct ls_bench_steps *m, const double *all, size_t len,
                   struct ls_bench_job *job)
{
    const int ranks = m->session->peers->size;
    const double samples = (double)m->samples / (double)m->steps / ranks;
    struct ls_bench_spread phases = {0};
    for (size_t p = 0; p < LS_PHASES; p++) {
        job->phase_s[p] = spread(all, len, ranks, p);
        phases.mean += job->phase_s[p].mean;
    }
    job->hidden_s = spread(all, len, ranks, AT_HIDDEN);
    job->memory = spread(all, len, ranks, AT_MEMORY);
    job->mean_s = spread(all, len, ranks, AT_TOTAL).mean;
    job->rest_s = job->mean_s - phases.mean;
    job->n_layers = m->ws.model->n_layers;
    for (int l = 0; l < job->n_layers; l++) {
        const struct ls_layer *const layer = &m->ws.model->layers[l];
        struct ls_bench_layer *const row = &job->layers[l];
        const size_t at = AT_LAYERS + (size_t)l * LAYER_FIGURES;
        *row = (struct ls_bench_layer){.layer = layer,
                                       .forward_s = spread(all, len, ranks, at + FORWARD).mean,
                                       .backward_s = spread(all, len, ranks, at + BACKWARD).mean,
                                       .exchange_s = spread(all, len, ranks, at + EXCHANGE).mean};
        set_work(m, l, samples, row);
        job->exchanged += (layer->forward_len + layer->backward_len) * sizeof(double);
    }
    job->reduced = m->ws.model->n_summed * sizeof(real);
    job->samples_per_s = median(m->rate, m->steps);
    job->best_samples_per_s = m->rate[m->steps - 1];
    job->step_s = median(m->step_s, m->steps);
}

ls_status ls_bench_collect(const struct ls_bench_steps *m, struct ls_bench_job *job)
{
    const struct ls_session *const s = m->session;
    const size_t ranks = (size_t)s->peers->size, layers = (size_t)s->model.n_layers;
    const size_t len = AT_LAYERS + layers * LAYER_FIGURES;
    double *const mine = ls_arena_get(s->arena, len, sizeof *mine);
    double *const all = ls_arena_get(s->arena, ranks * len, sizeof *all);
    size_t *const bytes = ls_arena_get(s->arena, ranks, sizeof *bytes);
    job->layers = ls_arena_get(s->arena, layers, sizeof *job->layers);
    LS_TRY(ls_agree(s->peers, mine && all && bytes && job->layers ? LS_OK : LS_OTHER));
    for (size_t r = 0; r < ranks; r++)
        bytes[r] = len * sizeof *mine;
    fill_mine(m, mine);
    ls_gather(s->peers, mine, all, bytes);
    sum_up(m, all, len, job);
    return LS_OK;
}
