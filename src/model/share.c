#include <string.h>

#include "src/model/model.h"

ls_status ls_model_share(struct ls_model *model, const struct ls_peers *peers,
                         struct ls_arena *arena)
{
    const size_t bytes = model->n_params * sizeof(real);
    void *memory = NULL;
    LS_TRY(ls_share(peers, bytes, arena, &memory));
    if (peers->node_rank == 0)
        memcpy(memory, model->params, bytes);
    ls_meet(peers);
    model->params = memory;
    for (int l = 0; l < model->n_layers; l++) {
        struct ls_layer *const layer = &model->layers[l];
        for (int i = 0; i < layer->n_params; i++)
            layer->param[i] = model->params + layer->params[i].offset;
    }
    ls_free(*model->private);
    *model->private = NULL;
    return LS_OK;
}
