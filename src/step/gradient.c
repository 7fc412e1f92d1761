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
        trainer->partial[r] = ls_sum_squares(g, range.len);
    }
    double sum = 0;
    for (size_t r = 0; r < trainer->n_ranges; r++)
        sum += trainer->partial[r];
    return sqrt(sum);
}
