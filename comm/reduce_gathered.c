#include "comm/context.h"

#include <string.h>

static void add(real *restrict a, const real *restrict b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        a[i] += b[i];
}

/* Every rank gets all pieces and adds them by itself. With ranks 0, 1, 2 of 2, 1 and 1 pieces p:
 *
 *     rank 0   p0 p1                               (p0 + p1) + (p2 + p3)
 *     rank 1   p2     -- gather -> p0 … p3 -- add -> the same
 *     rank 2   p3                                  the same
 *
 * Cost: one gather of O(log size) messages; all pieces' bytes to every rank; all additions on
 * every rank.
 * Limitations: bytes and additions grow with the ranks, so only for short vectors. */
void ls_comm_reduce_gathered(struct ls_comm *comm, const struct ls_tree *tree, real *const *pieces,
                             size_t len)
{
    const size_t one = len * sizeof(real);
    size_t *bytes = ls_comm_buffer(comm, LS_COMM_BYTES, (size_t)comm->size * sizeof *bytes);
    for (int r = 0; r < comm->size; r++)
        bytes[r] = (size_t)tree->rank_pieces[r] * one;
    real *mine = ls_comm_buffer(comm, LS_COMM_MINE, (size_t)tree->n_pieces * one);
    real *all = ls_comm_buffer(comm, LS_COMM_ALL, (size_t)tree->n_all_pieces * one);
    for (int i = 0; i < tree->n_pieces; i++)
        memcpy(mine + (size_t)i * len, pieces[i], one);
    ls_comm_gather(comm, mine, all, bytes);
    for (int i = 0; i < tree->n_global; i++)
        add(all + (size_t)tree->global[i].dst * len, all + (size_t)tree->global[i].src * len, len);
    memcpy(pieces[0], all, one);
}
