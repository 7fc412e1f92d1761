#include "src/step/lsuv.h"

#include "src/step/watch.h"

enum { MAX_PASSES = 10 };

static const double near = 0.1;

static bool wants(const struct ls_layer *layer)
{
    return layer->measured && !layer->frozen;
}

bool ls_lsuv_is_wanted(const struct ls_model *model)
{
    for (int l = 0; l < model->n_layers; l++)
        if (wants(&model->layers[l]))
            return true;
    return false;
}

/* The variance of layer l's outputs over the batch. */
static double measure(const struct ls_pass *pass, int l)
{
    struct ls_watch *const watch = pass->ws->watch;
    ls_model_prepare(pass->ws->model);
    watch->on = true;
    ls_forward(pass);
    ls_watch_moments(watch);
    watch->on = false;
    return watch->layers[l].deviation * watch->layers[l].deviation;
}

/* The parameters lie in memory of the whole node: one rank of it writes. */
static void scale(const struct ls_trainer *trainer, const struct ls_layer *layer, double factor)
{
    const struct ls_peers *const peers = trainer->ws->peers;
    ls_meet(peers);
    for (size_t i = 0; peers->node_rank == 0 && i < layer->params[0].len; i++)
        layer->param[0][i] = LS_R((double)layer->param[0][i] * factor);
    ls_meet(peers);
}

static ls_status scale_layer(const struct ls_trainer *trainer, const struct ls_pass *pass, int l)
{
    const struct ls_layer *const layer = &trainer->spec.model->layers[l];
    for (int time = 0; time < MAX_PASSES; time++) {
        const double variance = measure(pass, l);
        if (!(variance > 0 && isfinite(variance)))
            return ls_fail(
                LS_DIVERGED,
                "lsuv: the outputs of %s have the variance %g over the first batch: look "
                "at the inputs, or take another initialiser",
                layer->name, variance);
        if (fabs(variance - 1) < near)
            return LS_OK;
        scale(trainer, layer, 1 / sqrt(variance));
    }
    return LS_OK;
}

ls_status ls_lsuv(struct ls_trainer *trainer, const struct ls_batch *batch)
{
    const struct ls_model *const model = trainer->spec.model;
    const struct ls_pass pass = {trainer->ws, batch, trainer->spec.seed, true};
    const ls_status mine =
        batch->status == LS_OK ? LS_OK : ls_fail(batch->status, "%s", batch->message);
    LS_TRY(ls_agree(trainer->ws->peers, mine));
    for (int l = 0; l < model->n_layers; l++)
        if (wants(&model->layers[l]))
            LS_TRY(scale_layer(trainer, &pass, l));
    return LS_OK;
}
