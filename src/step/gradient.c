#include <string.h>

#include "src/step/trainer.h"

void ls_trainer_gradient(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                         struct ls_range range, real *g)
{
    struct ls_gradient own = *gradient;
    if (!range.decayed)
        own.penalty = (struct ls_penalty){0};
    ls_gradient_get(&own, range.begin, range.len, trainer->spec.model->params, g);
}

/* Each layer's part of a block whose elements g begin at `first` in the slab. */
static void sum_cells(const struct ls_trainer *trainer, size_t block, size_t first, const real *g)
{
    for (size_t c = trainer->cell[block]; c < trainer->cell[block + 1]; c++) {
        const struct ls_range *const from = &trainer->ranges[trainer->cells[c].begin];
        const struct ls_range *const last = &trainer->ranges[trainer->cells[c].end - 1];
        trainer->squares[c] =
            ls_norm_block(g + (from->begin - first), last->begin + last->len - from->begin, 0);
    }
}

/* What lies between the ranges counts as zero: gaps, and tensors that are frozen. */
static double sum_squares(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                          size_t block)
{
    real g[LS_NORM_BLOCK];
    const size_t first = block * LS_NORM_BLOCK, left = trainer->spec.model->n_params - first;
    const size_t len = left < LS_NORM_BLOCK ? left : LS_NORM_BLOCK;
    size_t at = 0;
    for (size_t r = trainer->block[block]; r < trainer->block[block + 1]; r++) {
        const struct ls_range range = trainer->ranges[r];
        memset(g + at, 0, (range.begin - first - at) * sizeof *g);
        ls_trainer_gradient(trainer, gradient, range, g + (range.begin - first));
        at = range.begin - first + range.len;
    }
    memset(g + at, 0, (len - at) * sizeof *g);
    const double sum = ls_norm_block(g, len, 0);
    if (trainer->cell[block + 1] - trainer->cell[block] == 1)
        trainer->squares[trainer->cell[block]] = sum;
    else
        sum_cells(trainer, block, first, g);
    return sum;
}

static void take_layer_norms(const struct ls_trainer *trainer)
{
    const size_t layers = (size_t)trainer->spec.model->n_layers;
    memset(trainer->layer_norm, 0, layers * sizeof *trainer->layer_norm);
    for (size_t c = 0; c < trainer->n_cells; c++)
        trainer->layer_norm[trainer->ranges[trainer->cells[c].begin].layer] += trainer->squares[c];
    for (size_t l = 0; l < layers; l++)
        trainer->layer_norm[l] = sqrt(trainer->layer_norm[l]);
}

double ls_trainer_norm(const struct ls_trainer *trainer, const struct ls_gradient *gradient)
{
#pragma omp parallel for schedule(static) num_threads(trainer->ws->threads)
    for (size_t b = trainer->first_block; b < trainer->last_block; b++)
        trainer->partial[b] = sum_squares(trainer, gradient, b);
    ls_meet(trainer->ws->peers);
    take_layer_norms(trainer);
    return ls_norm_total(trainer->partial, trainer->n_blocks);
}
