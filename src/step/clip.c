#include "src/step/trainer.h"

void ls_trainer_clip(const struct ls_trainer *trainer, real *gradient, double norm)
{
    const struct ls_clip clip = trainer->spec.clip;
    const real factor = clip.norm > 0 ? ls_clip_factor(norm, clip.norm) : LS_R(1);
    if (clip.norm <= 0 && clip.value <= 0)
        return;
#pragma omp parallel for schedule(static) num_threads(trainer->ws->threads)
    for (size_t r = 0; r < trainer->n_ranges; r++) {
        real *const g = gradient + trainer->ranges[r].begin;
        for (size_t i = 0; i < trainer->ranges[r].len; i++)
            g[i] *= factor;
        if (clip.value > 0)
            ls_clip_value(g, trainer->ranges[r].len, clip.value);
    }
}
