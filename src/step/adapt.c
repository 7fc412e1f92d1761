#include "src/step/trainer.h"

/* Below this a tensor's norm counts as this, so that one that begins at 0 can move. */
static const double least_norm = 1e-3;

enum { GRADIENT, WEIGHT, SUMS };

static void sum_range(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                      size_t r)
{
    const struct ls_range range = trainer->ranges[r];
    real g[LS_RANGE];
    ls_trainer_gradient(trainer, gradient, range, g);
    double *const sums = trainer->range_sums + r * SUMS;
    sums[GRADIENT] = ls_norm_block(g, range.len, 0);
    sums[WEIGHT] = ls_norm_block(trainer->spec.model->params + range.begin, range.len, 0);
}

void ls_trainer_adapt(const struct ls_trainer *trainer, const struct ls_gradient *gradient)
{
    const double most = trainer->spec.clip.adaptive;
#pragma omp parallel for schedule(static) num_threads(trainer->ws->threads)
    for (size_t b = trainer->first_block; b < trainer->last_block; b++)
        for (size_t r = trainer->block[b]; r < trainer->block[b + 1]; r++)
            sum_range(trainer, gradient, r);
    ls_meet(trainer->ws->peers);
    for (size_t r = 0, end; r < trainer->n_ranges; r = end) {
        double sums[SUMS] = {0};
        for (end = r;
             end < trainer->n_ranges && trainer->ranges[end].tensor == trainer->ranges[r].tensor;
             end++)
            for (size_t s = 0; s < SUMS; s++)
                sums[s] += trainer->range_sums[end * SUMS + s];
        const double weight = sqrt(sums[WEIGHT]), norm = sqrt(sums[GRADIENT]);
        const double limit = most * (weight > least_norm ? weight : least_norm);
        trainer->adapted[trainer->ranges[r].tensor] = norm > limit ? LS_R(limit / norm) : 1;
    }
    ls_meet(trainer->ws->peers); /* the sums are read; they may be written again */
}
