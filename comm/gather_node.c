#include "comm/gather.h"

#include <string.h>

/* Every rank's bytes lie in the node's shared memory, rank by rank, node by node: the place of the
 * bytes of every rank. */
static void find_places(const struct ls_comm *comm, const size_t *bytes, struct ls_gather *g)
{
    size_t at = 0;
    for (int node = 0, i = 0; node < comm->place.nodes; node++) {
        g->node_place[node] = (int)at;
        for (; i < comm->size && comm->node_of[comm->by_node[i]] == node; i++) {
            g->place[comm->by_node[i]] = at;
            at += bytes[comm->by_node[i]];
        }
        g->node_bytes[node] = (int)at - g->node_place[node];
    }
}

static void copy_out(const struct ls_comm *comm, const struct ls_gather *g, const char *half,
                     char *all, const size_t *bytes)
{
    for (int r = 0; r < comm->size; r++) {
        if (bytes[r] > 0)
            memcpy(all, half + g->place[r], bytes[r]);
        all += bytes[r];
    }
}

/* All ranks' bytes by way of the node's shared memory, which the leaders complete. With ranks 0, 2
 * on one node and 1, 3 on another:
 *
 *     rank 0   A -- A.  ..     AC ..    A C <-> AC BD     ABCD
 *     rank 2   C -- .C  ..     AC ..    wait    AC BD     ABCD
 *     rank 1   B -- ..  B.     .. BD    B D <-> AC BD     ABCD
 *     rank 3   D -- ..  .D     .. BD    wait    AC BD     ABCD
 *
 * The memory has two halves that take turns. A rank that gives for the second time from here on has
 * seen everybody give for the next, and they did that after they had copied this one out: so
 * nothing is overwritten that is still read, and nobody waits for the readers.
 *
 * Cost: on a node no messages, two copies of the rank's bytes and one of all; the leaders gather
 * among themselves in O(log nodes) messages.
 * Limitations: up to max_meeting bytes in all. */
void ls_comm_gather_node(struct ls_comm *comm, const void *mine, char *all, const size_t *bytes,
                         struct ls_gather *g)
{
    struct ls_comm_board *const board = comm->boards[comm->place.node_rank];
    const uint64_t turn = atomic_load_explicit(&board->given, memory_order_relaxed) + 1;
    char *const half = comm->meeting + (turn % 2) * comm->max_meeting;
    find_places(comm, bytes, g);
    if (bytes[comm->rank] > 0)
        memcpy(half + g->place[comm->rank], mine, bytes[comm->rank]);
    atomic_store_explicit(&board->given, turn, memory_order_release);
    for (int r = 0; r < comm->place.node_size; r++)
        ls_comm_await(comm, &comm->boards[r]->given, turn);
    if (comm->place.nodes > 1) {
        if (comm->leads != MPI_COMM_NULL) {
            MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_BYTE, half, g->node_bytes, g->node_place, MPI_BYTE,
                           comm->leads);
            atomic_store_explicit(&board->crossed, turn, memory_order_release);
        }
        ls_comm_await(comm, &comm->boards[0]->crossed, turn);
    }
    copy_out(comm, g, half, all, bytes);
}
