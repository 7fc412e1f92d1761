#include "src/tree/tree.h"

int ls_tree_first_shard(int shards, int size, int rank)
{
    return (int)((long long)shards * rank / size);
}

static int split(int begin, int end)
{
    int half = 1;
    while (2 * half < end - begin)
        half *= 2;
    return begin + half;
}

/* Additions below node [begin, end), in the order in which their last leaves come, with leaves
 * numbered from `first`; `ready` gets the number of leaves that must be there before each. Returns
 * how many there are. */
static int list_ops(int begin, int end, int first, struct ls_tree_op *ops, int *ready)
{
    if (end - begin < 2)
        return 0;
    const int middle = split(begin, end);
    int n = list_ops(begin, middle, first, ops, ready);
    n += list_ops(middle, end, first, ops + n, ready + n);
    ops[n] = (struct ls_tree_op){begin - first, middle - first};
    ready[n] = end - first;
    return n + 1;
}

/* The maximal nodes of node [begin, end) inside [first, last): their begins and ends. */
static int list_pieces(int begin, int end, int first, int last, int (*piece)[2])
{
    if (end <= first || begin >= last)
        return 0;
    if (first <= begin && end <= last) {
        piece[0][0] = begin;
        piece[0][1] = end;
        return 1;
    }
    const int middle = split(begin, end);
    const int n = list_pieces(begin, middle, first, last, piece);
    return n + list_pieces(middle, end, first, last, piece + n);
}

/* Additions over pieces for node [begin, end), whose first piece is number `at`. Returns how many
 * pieces the node covers. */
static int list_global(struct ls_tree *tree, int (*piece)[2], int begin, int end, int at)
{
    if (piece[at][0] == begin && piece[at][1] == end)
        return 1;
    const int middle = split(begin, end);
    const int left = list_global(tree, piece, begin, middle, at);
    const int right = list_global(tree, piece, middle, end, at + left);
    tree->global[tree->n_global++] = (struct ls_tree_op){at, at + left};
    return left + right;
}

/* Gives each leaf a slot and turns `local` into waves over slots: a slot is free again once its
 * value has been added to its left neighbour. */
static void plan_waves(struct ls_tree *tree, int wave, const int *ready, int *free_slots)
{
    const int len = tree->last - tree->first;
    int n_free = 0, op = 0;
    for (int begin = 0; begin < len; begin += wave) {
        const int end = begin + wave < len ? begin + wave : len;
        for (int leaf = begin; leaf < end; leaf++)
            tree->slot[leaf] = n_free > 0 ? free_slots[--n_free] : tree->n_slots++;
        struct ls_tree_wave *const w = &tree->waves[tree->n_waves++];
        *w = (struct ls_tree_wave){begin, end, op, op};
        for (; op < tree->n_local && ready[op] <= end; op++) {
            const struct ls_tree_op leaf = tree->local[op];
            tree->wave_ops[op] = (struct ls_tree_op){tree->slot[leaf.dst], tree->slot[leaf.src]};
            free_slots[n_free++] = tree->slot[leaf.src];
        }
        w->op_end = op;
    }
    for (int i = 0; i < tree->n_pieces; i++)
        tree->piece_slot[i] = tree->slot[tree->piece_leaf[i]];
}

static ls_status allocate(struct ls_tree *tree, struct ls_arena *arena)
{
    const size_t len = (size_t)(tree->last - tree->first), size = (size_t)tree->size;
    const size_t shards = (size_t)tree->shards;
    tree->piece_leaf = ls_arena_get(arena, len, sizeof(int));
    tree->piece_slot = ls_arena_get(arena, len, sizeof(int));
    tree->slot = ls_arena_get(arena, len, sizeof(int));
    tree->local = ls_arena_get(arena, len, sizeof *tree->local);
    tree->wave_ops = ls_arena_get(arena, len, sizeof *tree->wave_ops);
    tree->waves = ls_arena_get(arena, len, sizeof *tree->waves);
    tree->rank_pieces = ls_arena_get(arena, size, sizeof(int));
    tree->rank_piece_first = ls_arena_get(arena, size + 1, sizeof(int));
    tree->global = ls_arena_get(arena, shards, sizeof *tree->global);
    return tree->piece_leaf && tree->piece_slot && tree->slot && tree->local && tree->wave_ops &&
                   tree->waves && tree->rank_pieces && tree->rank_piece_first && tree->global
               ? LS_OK
               : LS_OTHER;
}

ls_status ls_tree_plan(struct ls_tree *tree, int shards, int size, int rank, int wave,
                       struct ls_arena *arena)
{
    LS_ASSERT(size >= 1 && size <= shards && rank >= 0 && rank < size && wave >= 1);
    *tree = (struct ls_tree){.shards = shards, .size = size, .rank = rank};
    tree->first = ls_tree_first_shard(shards, size, rank);
    tree->last = ls_tree_first_shard(shards, size, rank + 1);
    LS_TRY(allocate(tree, arena));
    int(*piece)[2] = ls_arena_get(arena, (size_t)shards, sizeof *piece);
    int *ready = ls_arena_get(arena, (size_t)shards, sizeof(int));
    int *free_slots = ls_arena_get(arena, (size_t)shards, sizeof(int));
    if (!piece || !ready || !free_slots)
        return LS_OTHER;

    for (int r = 0; r < size; r++) {
        const int at = tree->n_all_pieces;
        tree->rank_piece_first[r] = at;
        tree->rank_pieces[r] = list_pieces(0, shards, ls_tree_first_shard(shards, size, r),
                                           ls_tree_first_shard(shards, size, r + 1), piece + at);
        tree->n_all_pieces += tree->rank_pieces[r];
    }
    tree->rank_piece_first[size] = tree->n_all_pieces;
    (void)list_global(tree, piece, 0, shards, 0);

    tree->n_pieces = tree->rank_pieces[rank];
    for (int i = 0; i < tree->n_pieces; i++) {
        const int *const node = piece[tree->rank_piece_first[rank] + i];
        tree->piece_leaf[i] = node[0] - tree->first;
        tree->n_local += list_ops(node[0], node[1], tree->first, tree->local + tree->n_local,
                                  ready + tree->n_local);
    }
    plan_waves(tree, wave, ready, free_slots);
    return LS_OK;
}
