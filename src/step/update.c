#include "src/step/trainer.h"

static void update_range(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                         struct ls_range range, const struct ls_record *record)
{
    const struct ls_optimizer *const optimizer = trainer->spec.optimizer;
    real g[LS_RANGE];
    ls_trainer_gradient(trainer, gradient, range, g);
    struct ls_update update = {.lr = record->lr,
                               .weight_decay = range.decayed ? optimizer->weight_decay : 0,
                               .step = record->step + 1,
                               .len = range.len,
                               .w = trainer->spec.model->params + range.begin,
                               .g = g};
    for (int s = 0; s < optimizer->n_slots; s++)
        update.slot[s] = trainer->slot[s] + range.begin;
    ls_optimizer_update(optimizer, &update);
}

void ls_trainer_update(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                       const struct ls_record *record)
{
    const struct ls_model *const model = trainer->spec.model;
    const struct ls_clip clip = trainer->spec.clip;
    struct ls_gradient clipped = *gradient;
    clipped.factor = ls_clip_factor(record->grad_norm, clip.norm);
    clipped.limit = clip.value;
#pragma omp parallel for schedule(static) num_threads(trainer->ws->threads)
    for (size_t b = trainer->first_block; b < trainer->last_block; b++)
        for (size_t r = trainer->block[b]; r < trainer->block[b + 1]; r++)
            update_range(trainer, &clipped, trainer->ranges[r], record);
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        if (layer->ops->commit && !layer->frozen)
            layer->ops->commit(layer);
    }
    ls_meet(trainer->ws->peers);
}
