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
    return ls_norm_block(g, len, 0);
}

double ls_trainer_norm(const struct ls_trainer *trainer, const struct ls_gradient *gradient)
{
#pragma omp parallel for schedule(static) num_threads(trainer->ws->threads)
    for (size_t b = trainer->first_block; b < trainer->last_block; b++)
        trainer->partial[b] = sum_squares(trainer, gradient, b);
    ls_meet(trainer->ws->peers);
    return ls_norm_total(trainer->partial, trainer->n_blocks);
}
