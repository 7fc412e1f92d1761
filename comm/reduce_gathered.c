#include "comm/context.h"

#include <string.h>

/* One piece on its way: its tail, then its reals, filled up to whole doubles. */
static size_t packed_bytes(size_t len, size_t tail_len)
{
    const size_t reals = (len * sizeof(real) + sizeof(double) - 1) / sizeof(double);
    return (tail_len + reals) * sizeof(double);
}

static void add_tail(double *restrict a, const double *restrict b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        a[i] += b[i];
}

static void add_reals(real *restrict a, const real *restrict b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        a[i] += b[i];
}

/* Every rank gets all pieces and adds them by itself. With ranks 0, 1, 2 of 2, 1 and 1 pieces, t
 * a tail, p a piece:
 *
 *     rank 0   t0 p0 t1 p1                                     (t0 p0 + t1 p1) + (t2 p2 + t3 p3)
 *     rank 1   t2 p2        -- gather -> t0 p0 … t3 p3 -- add -> the same
 *     rank 2   t3 p3                                           the same
 *
 * Cost: one gather of O(log size) messages; all pieces' bytes to every rank; all additions on
 * every rank.
 * Limitations: bytes and additions grow with the ranks, so only for short vectors. */
void ls_comm_reduce_gathered(struct ls_comm *comm, const struct ls_tree *tree, real *const *pieces,
                             size_t len, double *const *tails, size_t tail_len)
{
    const size_t one = packed_bytes(len, tail_len), reals_at = tail_len * sizeof(double);
    if (one == 0)
        return;
    size_t *bytes = ls_comm_buffer(comm, LS_COMM_BYTES, (size_t)comm->size * sizeof *bytes);
    for (int r = 0; r < comm->size; r++)
        bytes[r] = (size_t)tree->rank_pieces[r] * one;
    char *mine = ls_comm_buffer(comm, LS_COMM_MINE, (size_t)tree->n_pieces * one);
    char *all = ls_comm_buffer(comm, LS_COMM_ALL, (size_t)tree->n_all_pieces * one);

    for (int i = 0; i < tree->n_pieces; i++) {
        char *piece = mine + (size_t)i * one;
        if (tail_len > 0)
            memcpy(piece, tails[i], tail_len * sizeof(double));
        if (len > 0)
            memcpy(piece + reals_at, pieces[i], len * sizeof(real));
    }
    ls_comm_gather(comm, mine, all, bytes);
    for (int i = 0; i < tree->n_global; i++) {
        char *a = all + (size_t)tree->global[i].dst * one;
        const char *b = all + (size_t)tree->global[i].src * one;
        add_tail((double *)(void *)a, (const double *)(const void *)b, tail_len);
        add_reals((real *)(void *)(a + reals_at), (const real *)(const void *)(b + reals_at), len);
    }
    if (tail_len > 0)
        memcpy(tails[0], all, tail_len * sizeof(double));
    if (len > 0)
        memcpy(pieces[0], all + reals_at, len * sizeof(real));
}
