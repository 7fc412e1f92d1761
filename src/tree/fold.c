#include "src/tree/fold.h"

#include <string.h>

void ls_merge_sum(double *restrict a, const double *restrict b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        a[i] += b[i];
}

void ls_merge_moments(double *restrict a, const double *restrict b, size_t len)
{
    const double n_a = a[0], n_b = b[0], n = n_a + n_b;
    if (n_b == 0)
        return;
    if (n_a == 0) {
        memcpy(a, b, len * sizeof *a);
        return;
    }
    const size_t channels = (len - 1) / 2;
    const double *mean_b = b + 1, *m2_b = mean_b + channels;
    double *mean_a = a + 1, *m2_a = mean_a + channels;
    for (size_t c = 0; c < channels; c++) {
        const double delta = mean_b[c] - mean_a[c];
        mean_a[c] += delta * (n_b / n);
        m2_a[c] += m2_b[c] + delta * delta * (n_a * n_b / n);
    }
    a[0] = n;
}

ls_status ls_fold_init(struct ls_fold *fold, const struct ls_tree *tree,
                       const struct ls_peers *peers, size_t max_len, struct ls_arena *arena)
{
    const size_t local = (size_t)(tree->last - tree->first);
    *fold = (struct ls_fold){.tree = tree, .peers = peers, .max_len = max_len};
    fold->leaves = ls_arena_get(arena, local * max_len, sizeof(double));
    fold->mine = ls_arena_get(arena, (size_t)tree->n_pieces * max_len, sizeof(double));
    fold->all = ls_arena_get(arena, (size_t)tree->n_all_pieces * max_len, sizeof(double));
    fold->bytes = ls_arena_get(arena, (size_t)tree->size, sizeof(size_t));
    return fold->leaves && fold->mine && fold->all && fold->bytes ? LS_OK : LS_OTHER;
}

double *ls_fold_leaf(const struct ls_fold *fold, int shard, size_t len)
{
    LS_ASSERT(len <= fold->max_len);
    return fold->leaves + (size_t)shard * len;
}

static void run(double *values, const struct ls_tree_op *ops, int n_ops, ls_merge *merge,
                size_t len)
{
    for (int i = 0; i < n_ops; i++)
        merge(values + (size_t)ops[i].dst * len, values + (size_t)ops[i].src * len, len);
}

const double *ls_fold(struct ls_fold *fold, ls_merge *merge, size_t len)
{
    const struct ls_tree *tree = fold->tree;
    run(fold->leaves, tree->local, tree->n_local, merge, len);
    for (int i = 0; i < tree->n_pieces; i++)
        memcpy(fold->mine + (size_t)i * len, ls_fold_leaf(fold, tree->piece_leaf[i], len),
               len * sizeof(double));
    for (int r = 0; r < tree->size; r++)
        fold->bytes[r] = (size_t)tree->rank_pieces[r] * len * sizeof(double);
    ls_gather(fold->peers, fold->mine, fold->all, fold->bytes);
    run(fold->all, tree->global, tree->n_global, merge, len);
    return fold->all;
}
