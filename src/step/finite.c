#include "src/step/trainer.h"

/* The tensor whose gradient is not finite. */
static const char *find(const struct ls_model *model, const real *gradient, const char **tensor)
{
    for (int l = model->n_layers - 1; l >= 0; l--) {
        const struct ls_layer *const layer = &model->layers[l];
        for (int i = 0; i < layer->n_params; i++)
            for (size_t e = 0; e < layer->params[i].len; e++)
                if (!isfinite(gradient[layer->params[i].offset + e])) {
                    *tensor = layer->params[i].name;
                    return layer->name;
                }
    }
    return NULL;
}

ls_status ls_trainer_finite(const struct ls_trainer *trainer, const real *gradient,
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
    const char *const layer = find(trainer->spec.model, gradient, &tensor);
    return ls_fail(LS_DIVERGED,
                   "step %llu: the gradient of %s/%s is not finite; nothing was updated (try a "
                   "smaller lr or clip: {norm: 1})",
                   step, layer ? layer : "model", tensor);
}
