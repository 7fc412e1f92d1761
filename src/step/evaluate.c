#include "src/step/evaluate.h"

#include <string.h>

enum { VALUE, WEIGHT, SUMS };
enum { PIECE = 8192 }; /* counts of a rank that are gathered at a time */

ls_status ls_evaluator_init(struct ls_evaluator *e, struct ls_workspace *ws,
                            const struct ls_loss *loss, bool metrics, struct ls_arena *arena)
{
    *e = (struct ls_evaluator){.ws = ws, .loss = loss, .kind = ls_metric_kind(loss), .len = SUMS};
    const size_t len = metrics ? ls_metrics_len(e->kind, loss->k) : 0;
    if (e->kind == LS_METRIC_VALUES)
        e->len += len;
    else
        e->n_counts = len;
    const size_t size = (size_t)ws->peers->size;
    e->counts = ls_arena_get(arena, e->n_counts, sizeof *e->counts);
    e->gathered = ls_arena_get(arena, e->n_counts ? size * PIECE : 0, sizeof *e->gathered);
    e->bytes = ls_arena_get(arena, size, sizeof *e->bytes);
    if (!e->counts || !e->gathered || !e->bytes)
        return LS_OTHER;
    return ls_fold_init(&e->fold, ws->tree, ws->peers, e->len, arena);
}

/* Adds a batch's samples to the sums of their shards, and to the counts of the rank. */
static void count(struct ls_evaluator *e, const struct ls_batch *batch)
{
    const struct ls_workspace *const ws = e->ws;
    const size_t k = e->loss->k;
    for (int shard = 0; shard < ws->shards; shard++) {
        const size_t first = (size_t)shard * ws->max_n;
        const struct ls_targets targets = {batch->classes ? batch->classes + first : NULL,
                                           batch->values ? batch->values + first * k : NULL};
        const real *const z = ls_workspace_output(ws, shard);
        double *const leaf = ls_fold_leaf(&e->fold, shard, e->len);
        const struct ls_loss_sum sum = ls_loss_run(e->loss, ws->n[shard], z, targets, NULL);
        leaf[VALUE] += sum.value;
        leaf[WEIGHT] += sum.weight;
        if (e->n_counts > 0)
            ls_metrics_add(e->kind, k, ws->n[shard], z, targets, e->counts);
        else if (e->len > SUMS)
            ls_metrics_add(e->kind, k, ws->n[shard], z, targets, leaf + SUMS);
    }
}

/* Counts of all ranks; whole numbers, so that their order does not matter. */
static void sum_counts(struct ls_evaluator *e)
{
    const struct ls_peers *const peers = e->ws->peers;
    for (size_t at = 0; at < e->n_counts; at += PIECE) {
        const size_t n = e->n_counts - at < PIECE ? e->n_counts - at : PIECE;
        for (int r = 0; r < peers->size; r++)
            e->bytes[r] = n * sizeof *e->counts;
        ls_gather(peers, e->counts + at, e->gathered, e->bytes);
        memcpy(e->counts + at, e->gathered, n * sizeof *e->counts);
        for (int r = 1; r < peers->size; r++)
            ls_merge_sum(e->counts + at, e->gathered + (size_t)r * n, n);
    }
}

ls_status ls_evaluate(struct ls_evaluator *e, struct ls_loader *loader, uint64_t steps,
                      struct ls_evaluation *evaluation, ls_batch_seen *seen, void *context)
{
    memset(e->fold.leaves, 0, (size_t)e->ws->shards * e->len * sizeof(double));
    memset(e->counts, 0, e->n_counts * sizeof *e->counts);
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
    sum_counts(e);
    evaluation->sums = e->n_counts > 0 ? e->counts : e->len > SUMS ? root + SUMS : NULL;
    return LS_OK;
}
