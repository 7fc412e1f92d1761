/* Small values up the fixed tree: batch-norm's moments, losses, counts, statistics of the data.
 * Each shard gives `len` doubles; any associative merge will do, as the order is fixed. */
#ifndef LOCKSTEP_TREE_FOLD_H
#define LOCKSTEP_TREE_FOLD_H

#include "src/peers.h"

/* a = a merged with b, its right neighbour; both (len) */
typedef void ls_merge(double *restrict a, const double *restrict b, size_t len);

/** a[i] += b[i].  Collective: no. */
void ls_merge_sum(double *restrict a, const double *restrict b, size_t len);

/** Moments of c channels, len = 1 + 2 c: n, then c means, then c sums of squared deviations M2;
 *  merged by the parallel formula, n = 0 on either side included.
 *  Source: Chan, Golub, LeVeque 1983.  Collective: no. */
void ls_merge_moments(double *restrict a, const double *restrict b, size_t len);

struct ls_fold {
    const struct ls_tree *tree;
    const struct ls_peers *peers;
    size_t max_len;
    double *leaves; /* (local shards, max_len) */
    double *mine;   /* (n_pieces, max_len) */
    double *all;    /* (n_all_pieces, max_len) */
    size_t *bytes;  /* (size) */
};

/** Buffers for folding values of up to max_len doubles.  Owner: arena.  Errors: memory.
 *  Collective: no. */
ls_status ls_fold_init(struct ls_fold *fold, const struct ls_tree *tree,
                       const struct ls_peers *peers, size_t max_len, struct ls_arena *arena);

/** Where the value of local shard `shard` (from 0) goes when values have `len` doubles.
 *  Collective: no. */
double *ls_fold_leaf(const struct ls_fold *fold, int shard, size_t len);

/** Merges all leaves of all ranks; the root, `len` doubles, lies in the fold until the next call.
 *  Collective: yes.  Cost: one ls_gather of pieces. */
const double *ls_fold(struct ls_fold *fold, ls_merge *merge, size_t len);

#endif
