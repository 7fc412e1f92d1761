#include "src/step/evaluate.h"

#include <string.h>

enum { VALUE, WEIGHT, SPOILT, SUMS };
enum { PIECE = 8192 }; /* counts of a rank that are gathered at a time */

static ls_status take_memory(struct ls_evaluator *e, struct ls_arena *arena)
{
    const size_t size = (size_t)e->ws->peers->size;
    e->counts = ls_arena_get(arena, e->n_counts, sizeof *e->counts);
    e->gathered = ls_arena_get(arena, e->n_counts ? size * PIECE : 0, sizeof *e->gathered);
    e->bytes = ls_arena_get(arena, size, sizeof *e->bytes);
    e->scores = ls_arena_get(arena, e->loss->k, sizeof *e->scores);
    return e->counts && e->gathered && e->bytes && e->scores ? LS_OK : LS_OTHER;
}

ls_status ls_evaluator_init(struct ls_evaluator *e, struct ls_workspace *ws,
                            const struct ls_loss *loss, const struct ls_plan *plan, unsigned wants,
                            struct ls_arena *arena)
{
    *e = (struct ls_evaluator){.ws = ws, .loss = loss, .kind = ls_metric_kind(loss)};
    const bool counts = wants & LS_WANT_COUNTS, values = e->kind == LS_METRIC_VALUES;
    const size_t len = counts ? ls_metrics_len(e->kind, loss->k) : 0;
    e->n_values = values ? len : 0;
    e->n_counts = values ? 0 : len;
    e->n_bins = wants & LS_WANT_BINS && !values ? LS_BINS * LS_BIN_SUMS : 0;
    e->ranks = wants & LS_WANT_RANKINGS && !values;
    e->len = SUMS + e->n_values + e->n_bins;
    LS_TRY(take_memory(e, arena));
    if (e->ranks)
        LS_TRY(ls_ranker_init(&e->ranker, ws, plan, e->kind, loss->k, arena));
    return ls_fold_init(&e->fold, ws->tree, ws->peers, e->len, arena);
}

static double count_spoilt(size_t n, size_t k, const real *z)
{
    double spoilt = 0;
    for (size_t i = 0; i < n; i++) {
        bool is_spoilt = false;
        for (size_t c = 0; c < k; c++)
            is_spoilt = is_spoilt || isnan(z[i * k + c]);
        spoilt += is_spoilt;
    }
    return spoilt;
}

/* Scores of n samples into the bins, and into the keys of the rank. */
static void count_scores(struct ls_evaluator *e, size_t n, const real *z, struct ls_targets targets,
                         double *bins)
{
    const size_t k = e->loss->k;
    for (size_t i = 0; i < n; i++) {
        const int32_t class_ = targets.classes ? targets.classes[i] : 0;
        const real *const values = targets.values ? targets.values + i * k : NULL;
        ls_metrics_scores(e->kind, k, z + i * k, e->scores);
        if (e->n_bins > 0)
            ls_metrics_add_bins(e->kind, k, z + i * k, e->scores, class_, values, bins);
        if (e->ranks)
            ls_ranker_add(&e->ranker, e->scores, class_, values);
    }
}

/* Adds a batch's samples to the sums of their shards, and to the counts of the rank. */
static void count(struct ls_evaluator *e, const struct ls_batch *batch)
{
    const struct ls_workspace *const ws = e->ws;
    const size_t k = e->loss->k;
    for (int shard = 0; shard < ws->shards; shard++) {
        const size_t first = (size_t)shard * ws->max_n, n = ws->n[shard];
        const struct ls_targets targets = {batch->classes ? batch->classes + first : NULL,
                                           batch->values ? batch->values + first * k : NULL};
        const real *const z = ls_workspace_output(ws, shard);
        double *const leaf = ls_fold_leaf(&e->fold, shard, e->len);
        const struct ls_loss_sum sum = ls_loss_run(e->loss, n, z, targets, NULL);
        leaf[VALUE] += sum.value;
        leaf[WEIGHT] += sum.weight;
        leaf[SPOILT] += count_spoilt(n, k, z);
        if (e->n_counts + e->n_values > 0)
            ls_metrics_add(e->kind, k, n, z, targets, e->n_counts > 0 ? e->counts : leaf + SUMS);
        if (e->n_bins > 0 || e->ranks)
            count_scores(e, n, z, targets, leaf + SUMS + e->n_values);
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
    e->ranker.len = 0;
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
    *evaluation = (struct ls_evaluation){.measures.k = e->loss->k};
    struct ls_measures *const found = &evaluation->measures;
    const double *const root = ls_fold(&e->fold, ls_merge_sum, e->len);
    evaluation->loss = root[VALUE] / (root[WEIGHT] > 0 ? root[WEIGHT] : 1);
    evaluation->spoilt = (uint64_t)root[SPOILT];
    sum_counts(e);
    if (e->n_counts + e->n_values > 0)
        found->counts = e->n_counts > 0 ? e->counts : root + SUMS;
    found->bins = e->n_bins > 0 ? root + SUMS + e->n_values : NULL;
    found->rankings = e->ranks ? ls_ranker_run(&e->ranker) : NULL;
    return LS_OK;
}
