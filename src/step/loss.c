#include "src/step/miner.h"

struct ls_targets ls_pass_targets(const struct ls_pass *pass, const struct ls_loss *loss, int shard)
{
    const struct ls_batch *const batch = pass->batch;
    const size_t first = (size_t)shard * pass->ws->max_n;
    return (struct ls_targets){batch->classes ? batch->classes + first : NULL,
                               batch->values ? batch->values + first * loss->k : NULL};
}

void ls_pass_loss(const struct ls_pass *pass, const struct ls_loss *loss)
{
    struct ls_workspace *const ws = pass->ws;
    const struct ls_loss now = ls_loss_in_epoch(loss, pass->batch->epoch);
    if (ws->miner)
        ls_miner_choose(pass, &now);
#pragma omp parallel for schedule(static) num_threads(ws->threads)
    for (int shard = 0; shard < ws->shards; shard++) {
        float *const each = ws->losses ? ws->losses + (size_t)shard * ws->max_n : NULL;
        const struct ls_loss_sum sum =
            ws->miner ? ls_miner_sum(pass, &now, shard, each)
                      : ls_loss_run_each(&now, ws->n[shard], ls_workspace_output(ws, shard),
                                         ls_pass_targets(pass, &now, shard),
                                         ls_workspace_dy(ws, ws->model->n_layers - 1, shard), each);
        double *const tail = ws->tail_leaves + (size_t)shard * LS_TAIL_LEN;
        tail[LS_TAIL_VALUE] = sum.value;
        tail[LS_TAIL_WEIGHT] = sum.weight;
        tail[LS_TAIL_FAILED] = tail[LS_TAIL_STOP] = 0;
    }
}
