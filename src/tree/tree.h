/* The fixed binary tree up which every sum over samples goes. Its leaves are the shards of the
 * global batch, and its shape depends on their number alone: a node that covers [a, b) splits at
 * a plus the largest power of two below b - a. Whoever computes a node adds left + right, so the
 * bits of the root do not depend on how the shards are spread over ranks and threads.
 *
 * A rank holds the contiguous run [first, last) of shards. What it can add up by itself are the
 * maximal nodes inside that run, its pieces; adding the pieces of all ranks up to the root takes
 * `global`, a list of additions over the pieces of all ranks in shard order. */
#ifndef LOCKSTEP_TREE_TREE_H
#define LOCKSTEP_TREE_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/arena.h"

/* One addition: value[dst] = value[dst] + value[src], where dst is left of src. */
struct ls_tree_op {
    int dst, src;
};

/* Adding leaves in waves of a few at a time with few buffers: leaves [begin, end) are computed
 * into their slots, then ops[op_begin, op_end) over slots run. */
struct ls_tree_wave {
    int begin, end;       /* local leaves */
    int op_begin, op_end; /* into wave_ops */
};

struct ls_tree {
    int shards, size, rank;
    int first, last; /* this rank's shards */

    int n_pieces;    /* of this rank */
    int *piece_leaf; /* (n_pieces) local index of a piece's first leaf; the piece ends up
                        there when `local` has run over an array of leaves */
    struct ls_tree_op *local;
    int n_local;

    int *rank_pieces;      /* (size) number of pieces of each rank */
    int *rank_piece_first; /* (size + 1) their place among all pieces */
    int n_all_pieces;
    struct ls_tree_op *global; /* over all pieces; leaves the root in piece 0 */
    int n_global;

    int n_slots; /* buffers that the waves need */
    int *slot;   /* (last - first) slot of each local leaf */
    struct ls_tree_wave *waves;
    int n_waves;
    struct ls_tree_op *wave_ops; /* over slots */
    int *piece_slot;             /* (n_pieces) where a piece lies after the last wave */
};

/** First shard of rank `rank` of `size`: contiguous runs, as equal as they can be.
 *  Collective: no. */
int ls_tree_first_shard(int shards, int size, int rank);

/** Plans the tree for one rank. `wave` is how many leaves are computed at once (the threads).
 *  Needs 1 <= size <= shards.  Errors: memory.  Owner: arena.  Collective: no, yet every rank
 *  must plan with the same shards and size. */
ls_status ls_tree_plan(struct ls_tree *tree, int shards, int size, int rank, int wave,
                       struct ls_arena *arena);

#endif
