#include "src/step/trainer.h"

void ls_trainer_update(struct ls_trainer *trainer, const real *gradient,
                       const struct ls_record *record)
{
    const struct ls_optimizer *const optimizer = trainer->spec.optimizer;
    const struct ls_model *const model = trainer->spec.model;
#pragma omp parallel for schedule(static) num_threads(trainer->ws->threads)
    for (size_t r = 0; r < trainer->n_ranges; r++) {
        const struct ls_range range = trainer->ranges[r];
        struct ls_update update = {.lr = record->lr,
                                   .weight_decay = range.decayed ? optimizer->weight_decay : 0,
                                   .step = record->step + 1,
                                   .len = range.len,
                                   .w = model->params + range.begin,
                                   .g = gradient + range.begin};
        for (int s = 0; s < optimizer->n_slots; s++)
            update.slot[s] = trainer->slot[s] + range.begin;
        ls_optimizer_update(optimizer, &update);
    }
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        if (layer->ops->commit && !layer->frozen)
            layer->ops->commit(layer);
    }
}
