#include "src/step/trainer.h"

double ls_trainer_gradient(const struct ls_trainer *trainer, real *gradient, double weight)
{
    const struct ls_penalty penalty = trainer->spec.penalty;
    const real divisor = LS_R(weight);
#pragma omp parallel for schedule(static) num_threads(trainer->ws->threads)
    for (size_t r = 0; r < trainer->n_ranges; r++) {
        const struct ls_range range = trainer->ranges[r];
        real *const g = gradient + range.begin;
        for (size_t i = 0; i < range.len; i++)
            g[i] /= divisor;
        if (range.decayed)
            ls_penalty_add(&penalty, range.len, trainer->spec.model->params + range.begin, g);
    }
    const size_t len = trainer->spec.model->n_params, blocks = ls_norm_blocks(len);
#pragma omp parallel for schedule(static) num_threads(trainer->ws->threads)
    for (size_t b = 0; b < blocks; b++)
        trainer->partial[b] = ls_norm_block(gradient, len, b);
    return ls_norm_total(trainer->partial, blocks);
}
