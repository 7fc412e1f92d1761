#include "comm/context.h"

/* Adds up the fixed tree (src/tree/tree.h, src/peers.h) in one of two ways, which give the same
 * bits: who adds does not matter, only what is added to what.
 *
 * Short vectors are bound by the number of messages: all pieces go to all ranks, and every rank
 * adds everything (reduce_gathered.c). Long ones are bound by bytes: each rank adds a part of the
 * vector (reduce_scattered.c); their tails go the short way, before.
 *
 * Limitations: the choice looks at the bytes of one piece, not at the network; all ranks make the
 * same one because they share `len` and `tail_len`. */
void ls_comm_reduce(void *context, const struct ls_tree *tree, real *const *pieces, size_t len,
                    double *const *tails, size_t tail_len)
{
    struct ls_comm *comm = context;
    LS_ASSERT(tree->size == comm->size);
    if (comm->size == 1)
        return; /* one piece: the root */
    if (len * sizeof(real) <= comm->max_gathered) {
        ls_comm_reduce_gathered(comm, tree, pieces, len, tails, tail_len);
        return;
    }
    if (tail_len > 0)
        ls_comm_reduce_gathered(comm, tree, pieces, 0, tails, tail_len);
    ls_comm_reduce_scattered(comm, tree, pieces, len);
}
