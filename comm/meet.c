#include "comm/context.h"

#include <sched.h>
#include <unistd.h>

/* Spins of some nanoseconds each: about as long as a neighbour that is nearly there needs. */
enum { MAX_SPINS = 500 };

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#else
    atomic_signal_fence(memory_order_seq_cst);
#endif
}

/* Waiting in shared memory: a few spins, then the core is offered to others before each look, for
 * there may be more ranks and threads than cores. MPI is looked after meanwhile, because messages
 * that this rank has sent may be waiting for just that, and so may whoever is waited for. */
void ls_comm_wait(const struct ls_comm *comm, unsigned *spins)
{
    if (++*spins <= comm->max_spins) {
        pause_briefly();
        return;
    }
    int there = 0;
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, comm->world, &there, MPI_STATUS_IGNORE);
    (void)sched_yield();
}

void ls_comm_await(const struct ls_comm *comm, const _Atomic uint64_t *counter, uint64_t least)
{
    unsigned spins = 0;
    while (atomic_load_explicit(counter, memory_order_acquire) < least)
        ls_comm_wait(comm, &spins);
}

ls_status ls_comm_make_boards(struct ls_comm *comm)
{
    const size_t n = (size_t)comm->place.node_size, line = sizeof(struct ls_comm_board);
    const size_t meeting = comm->place.node_rank == 0 ? 2 * comm->max_meeting : 0;
    struct ls_comm_segment *const segments = ls_arena_get(&comm->arena, n, sizeof *segments);
    comm->boards = ls_arena_get(&comm->arena, n, sizeof(struct ls_comm_board *));
    if (!segments || !comm->boards) /* on this rank, perhaps not on the others */
        ls_comm_die(comm->rank, ls_message());
    LS_TRY(ls_comm_share_each(comm, line + meeting, &comm->arena, segments));
    for (size_t r = 0; r < n; r++)
        comm->boards[r] = segments[r].memory;
    comm->meeting = (char *)segments[0].memory + line;
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    comm->max_spins = comm->place.node_size <= cores ? MAX_SPINS : 0;
    return LS_OK;
}

/* All ranks of the node, by a counter of each that all others watch:
 *
 *     rank 0   met 7  8       8 sees 8 8 8 -- returns
 *     rank 1   met 7     8    8 sees 8 8 8 -- returns
 *     rank 2   met 7        8 8 sees 8 8 8 -- returns
 *
 * The store releases what this rank wrote before, the looks acquire what the others wrote.
 *
 * Cost: one write, and node_size cache lines read by each rank; no messages.
 * Limitations: among ranks that share memory. */
void ls_comm_meet(void *context)
{
    struct ls_comm *const comm = context;
    _Atomic uint64_t *const mine = &comm->boards[comm->place.node_rank]->met;
    const uint64_t now = atomic_load_explicit(mine, memory_order_relaxed) + 1;
    atomic_store_explicit(mine, now, memory_order_release);
    for (int r = 0; r < comm->place.node_size; r++)
        ls_comm_await(comm, &comm->boards[r]->met, now);
}
