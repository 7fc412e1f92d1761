#include "src/step/trainer.h"

static bool is_finite(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                      const struct ls_param *param)
{
    real g[LS_RANGE];
    for (size_t at = 0; at < param->len; at += LS_RANGE) {
        const size_t left = param->len - at;
        const struct ls_range range = {.begin = param->offset + at,
                                       .len = left < LS_RANGE ? left : LS_RANGE,
                                       .decayed = ls_trainer_decays(trainer, param)};
        ls_trainer_gradient(trainer, gradient, range, g);
        for (size_t e = 0; e < range.len; e++)
            if (!isfinite(g[e]))
                return false;
    }
    return true;
}

/* The tensor whose gradient is not finite: the nearest to the loss. */
static const char *find(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                        const char **tensor)
{
    const struct ls_model *const model = trainer->spec.model;
    for (int l = model->n_layers - 1; l >= 0; l--) {
        const struct ls_layer *const layer = &model->layers[l];
        for (int i = 0; i < layer->n_params && !layer->frozen; i++)
            if (!is_finite(trainer, gradient, &layer->params[i])) {
                *tensor = layer->params[i].name;
                return layer->name;
            }
    }
    return NULL;
}

ls_status ls_trainer_finite(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                            const struct ls_record *record)
{
    const unsigned long long step = (unsigned long long)record->step + 1;
    if (!isfinite(record->loss))
        return ls_fail(LS_DIVERGED,
                       "step %llu: the loss is %s; nothing was updated (look at the data's scale, "
                       "or try a smaller lr, clip: {norm: 1} or normalize: channel)",
                       step, isnan(record->loss) ? "nan" : "infinite");
    if (isfinite(record->grad_norm))
        return LS_OK;
    const char *tensor = "";
    const char *const layer = find(trainer, gradient, &tensor);
    return ls_fail(LS_DIVERGED,
                   "step %llu: the gradient of %s/%s is not finite; nothing was updated (try a "
                   "smaller lr or clip: {norm: 1})",
                   step, layer ? layer : "model", tensor);
}
