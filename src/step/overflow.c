#include "src/step/trainer.h"

#include <string.h>

/* Far below the end of a float's range, so that rounding cannot lead past it. */
static const double safe = 1e30;

/* A range, or a block, after the update. */
struct ahead {
    real w[LS_RANGE], memory[LS_MAX_SLOTS][LS_RANGE];
    real *slot[LS_MAX_SLOTS];
};

static double most(const real *x, size_t len)
{
    double size = 0;
    for (size_t i = 0; i < len; i++)
        if (!(fabs((double)x[i]) <= size))
            size = isnan(x[i]) ? (double)INFINITY : fabs((double)x[i]);
    return size;
}

/* The largest size of a range's parameters and slots after the update, infinite for a NaN. */
static double look_ahead(const struct ls_trainer *trainer, const struct ls_gradient *clipped,
                         struct ls_range range, const struct ls_record *record, struct ahead *ahead)
{
    for (int s = 0; s < LS_MAX_SLOTS; s++)
        ahead->slot[s] = ahead->memory[s];
    ls_trainer_foresee(trainer, clipped, range, record, ahead->w, ahead->slot);
    double size = most(ahead->w, range.len);
    for (int s = 0; s < trainer->spec.optimizer->n_slots; s++)
        size = fmax(size, most(ahead->slot[s], range.len));
    return size;
}

/* The largest of all. */
static double measure(const struct ls_trainer *trainer, const struct ls_gradient *clipped,
                      const struct ls_record *record)
{
#pragma omp parallel for schedule(static) num_threads(trainer->ws->threads)
    for (size_t b = trainer->first_block; b < trainer->last_block; b++) {
        struct ahead ahead;
        trainer->sizes[b] = 0;
        for (size_t r = trainer->block[b]; r < trainer->block[b + 1]; r++)
            trainer->sizes[b] =
                fmax(trainer->sizes[b],
                     look_ahead(trainer, clipped, trainer->ranges[r], record, &ahead));
    }
    ls_meet(trainer->ws->peers);
    double size = 0;
    for (size_t b = 0; b < trainer->n_blocks; b++)
        size = fmax(size, trainer->sizes[b]);
    return size;
}

static bool is_safe(const struct ls_trainer *trainer, const struct ls_reach *reach)
{
    bool good = reach->w < safe;
    for (int s = 0; s < trainer->spec.optimizer->n_slots; s++)
        good = good && reach->slot[s] < safe;
    return good;
}

/* Names the first tensor that would not be finite, in the order of the model. */
static ls_status refuse(const struct ls_trainer *trainer, const struct ls_gradient *clipped,
                        const struct ls_record *record)
{
    const struct ls_model *const model = trainer->spec.model;
    struct ahead ahead;
    size_t first = 0;
    for (size_t r = 0; r < trainer->n_ranges; r++) {
        first = r;
        if (!isfinite(look_ahead(trainer, clipped, trainer->ranges[r], record, &ahead)))
            break;
    }
    const struct ls_layer *const layer = &model->layers[trainer->ranges[first].layer];
    int param = 0;
    while (param + 1 < layer->n_params &&
           layer->params[param + 1].offset <= trainer->ranges[first].begin)
        param++;
    return ls_fail(LS_DIVERGED,
                   "step %llu: the update of %s/%s is not finite; nothing was updated (try a "
                   "smaller lr or clip: {norm: 1})",
                   (unsigned long long)record->step + 1, layer->name, layer->params[param].name);
}

/* Running statistics are in every rank's own memory, and the same. */
static ls_status check_statistics(const struct ls_trainer *trainer, const struct ls_record *record)
{
    const struct ls_model *const model = trainer->spec.model;
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        if (layer->ops->commits_finite && !layer->frozen && !layer->ops->commits_finite(layer))
            return ls_fail(LS_DIVERGED,
                           "step %llu: the running statistics of %s are not finite; nothing was "
                           "updated (try normalize: channel or a smaller lr)",
                           (unsigned long long)record->step + 1, layer->name);
    }
    return LS_OK;
}

ls_status ls_trainer_overflow(struct ls_trainer *trainer, const struct ls_gradient *gradient,
                              const struct ls_record *record)
{
    const struct ls_gradient clipped = ls_trainer_clipped(trainer, gradient, record);
    const struct ls_optimizer *const optimizer = trainer->spec.optimizer;
    LS_TRY(check_statistics(trainer, record));
    struct ls_reach reach = trainer->reach;
    reach.g = record->grad_norm * (double)clipped.factor +
              ls_noise_most(&trainer->spec.noise, record->step);
    optimizer->ops->reach(optimizer, record->lr * trainer->most_lr_scale, optimizer->weight_decay,
                          &reach);
    if (!is_safe(trainer, &reach)) {
        const double size = measure(trainer, &clipped, record);
        if (!isfinite(size))
            return refuse(trainer, &clipped, record);
        reach.w = size;
        for (int s = 0; s < LS_MAX_SLOTS; s++)
            reach.slot[s] = size;
    }
    trainer->reach = reach;
    return LS_OK;
}
