#include "comm/context.h"

/* The ranks are grouped twice: into nodes, whose ranks share memory, and across them, the leaders,
 * one of each node. With ranks 0, 2, 3 on one machine and 1, 4 on another:
 *
 *     world    0 1 2 3 4
 *     nodes    0 . 2 3 .   node 0, led by rank 0      leads   0 1 . . .
 *              . 1 . . 4   node 1, led by rank 1
 *
 * A node's number is its leader's place among the leaders, so that rank 0 is in node 0. */

static void split(struct ls_comm *comm, int node)
{
    MPI_Comm_split(comm->world, node, comm->rank, &comm->node);
    MPI_Comm_rank(comm->node, &comm->place.node_rank);
    MPI_Comm_size(comm->node, &comm->place.node_size);
    const bool leads = comm->place.node_rank == 0;
    MPI_Comm_split(comm->world, leads ? 0 : MPI_UNDEFINED, comm->rank, &comm->leads);
    int mine[2] = {0}; /* the node's number, and how many there are */
    if (leads) {
        MPI_Comm_rank(comm->leads, &mine[0]);
        MPI_Comm_size(comm->leads, &mine[1]);
    }
    MPI_Bcast(mine, 2, MPI_INT, 0, comm->node);
    comm->my_node = mine[0];
    comm->place.nodes = mine[1];
    MPI_Allgather(&mine[0], 1, MPI_INT, comm->node_of, 1, MPI_INT, comm->world);
    for (int k = 0, i = 0; k < comm->place.nodes; k++)
        for (int r = 0; r < comm->size; r++)
            if (comm->node_of[r] == k)
                comm->by_node[i++] = r;
}

ls_status ls_comm_regroup(struct ls_peers *peers, int node)
{
    struct ls_comm *const comm = peers->context;
    ls_comm_ungroup(comm);
    ls_arena_init(&comm->arena);
    comm->node_of = ls_arena_get(&comm->arena, (size_t)comm->size, sizeof(int));
    comm->by_node = ls_arena_get(&comm->arena, (size_t)comm->size, sizeof(int));
    if (!comm->node_of || !comm->by_node) /* on this rank, perhaps not on the others */
        ls_comm_die(comm->rank, ls_message());
    split(comm, node);
    peers->node_rank = comm->place.node_rank;
    peers->node_size = comm->place.node_size;
    return ls_comm_make_boards(comm);
}

void ls_comm_ungroup(struct ls_comm *comm)
{
    if (comm->leads != MPI_COMM_NULL)
        MPI_Comm_free(&comm->leads);
    if (comm->node != MPI_COMM_NULL)
        MPI_Comm_free(&comm->node);
    ls_arena_release(&comm->arena);
}

struct ls_comm_place ls_comm_place(const struct ls_peers *peers)
{
    return ((const struct ls_comm *)peers->context)->place;
}
