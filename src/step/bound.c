#include "src/base/vector.h"
#include "src/step/trainer.h"

/* Rows of the layer's weight that are bounded: what each output sees lies together in memory. */
static size_t rows_of(const struct ls_layer *layer)
{
    const bool bounded = (layer->ops->traits & LS_WEIGHS) && !layer->frozen;
    return bounded ? layer->params[0].dims[0] : 0;
}

static void bound_row(real *w, size_t len, double most)
{
    const double norm = ls_norm(w, len);
    if (norm > most)
        ls_clip_scale(w, len, LS_R(most / norm));
}

void ls_trainer_bound(const struct ls_trainer *trainer)
{
    const struct ls_model *const model = trainer->spec.model;
    const struct ls_peers *const peers = trainer->ws->peers;
    const size_t rank = (size_t)peers->node_rank, size = (size_t)peers->node_size;
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        const size_t rows = rows_of(layer), len = rows ? layer->params[0].len / rows : 0;
#pragma omp parallel for schedule(static) num_threads(trainer->ws->threads)
        for (size_t row = rows * rank / size; row < rows * (rank + 1) / size; row++)
            bound_row(layer->param[0] + row * len, len, trainer->spec.penalty.max_norm);
    }
    ls_meet(peers);
}
