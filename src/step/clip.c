#include "src/step/trainer.h"

void ls_trainer_clip(const struct ls_trainer *trainer, real *gradient, double norm)
{
    const struct ls_clip clip = trainer->spec.clip;
    const real factor = ls_clip_factor(norm, clip.norm);
#pragma omp parallel for schedule(static) num_threads(trainer->ws->threads)
    for (size_t r = 0; r < trainer->n_ranges; r++) {
        real *const g = gradient + trainer->ranges[r].begin;
        ls_clip_scale(g, trainer->ranges[r].len, factor);
        ls_clip_value(g, trainer->ranges[r].len, clip.value);
    }
}
