#include "src/step/pass.h"

void ls_pass_loss(const struct ls_pass *pass, const struct ls_loss *loss)
{
    struct ls_workspace *const ws = pass->ws;
    const struct ls_batch *const batch = pass->batch;
#pragma omp parallel for schedule(static) num_threads(ws->threads)
    for (int shard = 0; shard < ws->shards; shard++) {
        const size_t first = (size_t)shard * ws->max_n;
        const struct ls_targets targets = {batch->classes ? batch->classes + first : NULL,
                                           batch->values ? batch->values + first * loss->k : NULL};
        const struct ls_loss_sum sum =
            ls_loss_run(loss, ws->n[shard], ls_workspace_output(ws, shard), targets,
                        ls_workspace_dy(ws, ws->model->n_layers - 1, shard));
        double *const tail = ws->tail_leaves + (size_t)shard * LS_TAIL_LEN;
        tail[LS_TAIL_VALUE] = sum.value;
        tail[LS_TAIL_WEIGHT] = sum.weight;
        tail[LS_TAIL_FAILED] = tail[LS_TAIL_STOP] = 0;
    }
}
