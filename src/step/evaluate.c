#include "src/step/evaluate.h"

#include <string.h>

enum { VALUE, WEIGHT, SUMS };

ls_status ls_evaluator_init(struct ls_evaluator *evaluator, struct ls_workspace *ws,
                            const struct ls_loss *loss, struct ls_arena *arena)
{
    *evaluator = (struct ls_evaluator){.ws = ws, .loss = loss, .kind = ls_metric_kind(loss)};
    evaluator->len = SUMS + ls_metrics_len(evaluator->kind, loss->k);
    return ls_fold_init(&evaluator->fold, ws->tree, ws->peers, evaluator->len, arena);
}

/* Adds a batch's samples to the sums of their shards. */
static void count(struct ls_evaluator *e, const struct ls_batch *batch)
{
    const struct ls_workspace *const ws = e->ws;
    const size_t k = e->loss->k;
#pragma omp parallel for schedule(static) num_threads(ws->threads)
    for (int shard = 0; shard < ws->shards; shard++) {
        const size_t first = (size_t)shard * ws->max_n;
        const struct ls_targets targets = {batch->classes ? batch->classes + first : NULL,
                                           batch->values ? batch->values + first * k : NULL};
        const real *const z = ls_workspace_output(ws, shard);
        double *const leaf = ls_fold_leaf(&e->fold, shard, e->len);
        const struct ls_loss_sum sum = ls_loss_run(e->loss, ws->n[shard], z, targets, NULL);
        leaf[VALUE] += sum.value;
        leaf[WEIGHT] += sum.weight;
        ls_metrics_add(e->kind, k, ws->n[shard], z, targets, leaf + SUMS);
    }
}

ls_status ls_evaluate(struct ls_evaluator *e, struct ls_loader *loader, uint64_t steps,
                      struct ls_evaluation *evaluation, ls_batch_seen *seen, void *context)
{
    memset(e->fold.leaves, 0, (size_t)e->ws->shards * e->len * sizeof(double));
    ls_model_prepare(e->ws->model);
    ls_status mine = LS_OK;
    for (uint64_t s = 0; s < steps; s++) {
        const struct ls_batch *const batch = ls_loader_next(loader);
        if (mine == LS_OK && batch->status != LS_OK)
            mine = ls_fail(batch->status, "%s", batch->message);
        const struct ls_pass pass = {.ws = e->ws, .batch = batch, .training = false};
        ls_forward(&pass);
        if (evaluation)
            count(e, batch);
        if (seen)
            LS_TRY(seen(context, e->ws, batch));
    }
    LS_TRY(ls_agree(e->ws->peers, mine));
    if (!evaluation)
        return LS_OK;
    const double *const root = ls_fold(&e->fold, ls_merge_sum, e->len);
    evaluation->loss = root[VALUE] / (root[WEIGHT] > 0 ? root[WEIGHT] : 1);
    evaluation->sums = root + SUMS;
    return LS_OK;
}
