#include <string.h>

#include "src/step/trainer.h"
#include "src/step/watch.h"

/* That a range has been trained for, the one at hand included, for the correction of moments. */
static uint64_t count_steps(const struct ls_trainer *trainer, struct ls_range range,
                            const struct ls_record *record)
{
    const uint64_t before = trainer->skipped + range.since;
    return record->step + 1 > before ? record->step + 1 - before : 1;
}

static void update_range(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                         struct ls_range range, const struct ls_record *record,
                         struct ls_update update)
{
    const struct ls_optimizer *const optimizer = trainer->spec.optimizer;
    const struct ls_noise *const noise = &trainer->spec.noise;
    struct ls_gradient own = *gradient;
    real g[LS_RANGE];
    if (trainer->adapted)
        own.factor = trainer->adapted[range.tensor];
    ls_trainer_gradient(trainer, &own, range, g);
    if (noise->eta > 0)
        ls_noise_add(noise, trainer->spec.seed, record->step, range.begin, range.len, g);
    update.lr = record->lr * range.lr_scale;
    update.weight_decay = range.decayed ? optimizer->weight_decay : 0;
    update.step = count_steps(trainer, range, record);
    update.len = range.len;
    update.g = g;
    ls_optimizer_update(optimizer, &update);
}

void ls_trainer_foresee(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                        struct ls_range range, const struct ls_record *record, real *w,
                        real *const *slot)
{
    struct ls_update update = {.w = w};
    memcpy(w, trainer->spec.model->params + range.begin, range.len * sizeof *w);
    for (int s = 0; s < trainer->spec.optimizer->n_slots; s++) {
        memcpy(slot[s], trainer->slot[s] + range.begin, range.len * sizeof *w);
        update.slot[s] = slot[s];
    }
    update_range(trainer, gradient, range, record, update);
}

struct ls_gradient ls_trainer_clipped(const struct ls_trainer *trainer,
                                      const struct ls_gradient *gradient,
                                      const struct ls_record *record)
{
    struct ls_gradient clipped = *gradient;
    clipped.factor = ls_clip_factor(record->grad_norm, trainer->spec.clip.norm);
    clipped.limit = trainer->spec.clip.value;
    return clipped;
}

static void update_in_place(const struct ls_trainer *trainer, const struct ls_gradient *clipped,
                            struct ls_range range, const struct ls_record *record)
{
    struct ls_update update = {.w = trainer->spec.model->params + range.begin};
    for (int s = 0; s < trainer->spec.optimizer->n_slots; s++)
        update.slot[s] = trainer->slot[s] + range.begin;
    update_range(trainer, clipped, range, record, update);
}

/* The same for a step that is watched. `whole` is the gradient before clipping. */
static void update_watched(const struct ls_trainer *trainer, const struct ls_gradient *whole,
                           const struct ls_gradient *clipped, size_t r,
                           const struct ls_record *record)
{
    real before[LS_RANGE];
    const struct ls_range range = trainer->ranges[r];
    memcpy(before, trainer->spec.model->params + range.begin, range.len * sizeof *before);
    update_in_place(trainer, clipped, range, record);
    ls_watch_update(trainer->ws->watch, whole, r, before);
}

void ls_trainer_update(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                       const struct ls_record *record)
{
    const struct ls_model *const model = trainer->spec.model;
    const struct ls_gradient clipped = ls_trainer_clipped(trainer, gradient, record);
    const bool watched = ls_watch_is_on(trainer->ws->watch);
#pragma omp parallel for schedule(static) num_threads(trainer->ws->threads)
    for (size_t b = trainer->first_block; b < trainer->last_block; b++)
        for (size_t r = trainer->block[b]; r < trainer->block[b + 1]; r++)
            if (watched)
                update_watched(trainer, gradient, &clipped, r, record);
            else
                update_in_place(trainer, &clipped, trainer->ranges[r], record);
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        if (layer->ops->commit && !layer->frozen)
            layer->ops->commit(layer);
    }
    ls_meet(trainer->ws->peers);
    if (trainer->spec.penalty.max_norm > 0)
        ls_trainer_bound(trainer);
    if (watched)
        ls_watch_finish(trainer->ws->watch);
}
