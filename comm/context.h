/* What the files of comm share: the communicators, buffers that are kept between calls, and the
 * members of `struct ls_peers_ops`, each documented in src/peers.h. */
#ifndef LOCKSTEP_COMM_CONTEXT_H
#define LOCKSTEP_COMM_CONTEXT_H

#include <mpi.h>
#include <stdatomic.h>
#include <stdint.h>

#include "comm/comm.h"
#include "src/base/arena.h"

/* Buffers grow to the largest use and stay, so that a step allocates nothing after the first. */
enum ls_comm_use {
    LS_COMM_COUNTS, /* gather: counts and places */
    LS_COMM_USES
};

struct ls_comm_buffer {
    void *memory;
    size_t bytes;
};

/* Memory that one rank gave and all ranks of its node see. */
struct ls_comm_segment {
    void *memory;
    size_t bytes;
};

/* What a rank has done so often, for its neighbours to see; on a cache line of its own. */
struct ls_comm_board {
    _Alignas(64) _Atomic uint64_t met; /* ls_meet: come */
    _Atomic uint64_t given;            /* ls_gather: its bytes are there */
    _Atomic uint64_t crossed;          /* ls_gather: the leader has the other nodes' bytes */
};

struct ls_comm {
    MPI_Comm world; /* a duplicate of MPI_COMM_WORLD */
    MPI_Comm node;  /* the ranks that share memory, by rank; the first is the node's leader */
    MPI_Comm leads; /* the leaders, by rank, so that a node's number is its leader's rank here;
                       MPI_COMM_NULL on the others */
    int rank, size;
    int my_node;         /* this rank's node */
    int *node_of;        /* (size) each rank's node */
    int *by_node;        /* (size) the ranks, node by node */
    size_t max_message;  /* bytes; a longer transfer is cut. MPI counts are int; tests lower it */
    size_t max_meeting;  /* bytes gathered in the node's shared memory; tests lower it */
    size_t max_gathered; /* bytes of the vector that a node's leader may send whole; tests change */
    size_t bucket;       /* bytes that are reduced at a time; tests lower it */
    struct ls_comm_place place;
    char host[MPI_MAX_PROCESSOR_NAME];
    struct ls_comm_buffer buffer[LS_COMM_USES];
    struct ls_arena arena;         /* what lives as long as the grouping into nodes */
    struct ls_comm_board **boards; /* (node_size) one of each rank of the node */
    char *meeting;                 /* (2, max_meeting) shared by the node: gather_node.c */
    unsigned max_spins;            /* before a wait lets others have the core */
};

/** Groups the ranks into nodes: those that give the same number `node` (not negative) share memory
 *  from here on. ls_comm_init calls it with the machines as they are; tests make nodes up. What was
 *  shared or reduced before must not be used any more.
 *  Errors: memory, the same on all ranks.  Collective: yes. */
ls_status ls_comm_regroup(struct ls_peers *peers, int node);

/** Frees what ls_comm_regroup made. Takes a zeroed comm.  Collective: yes. */
void ls_comm_ungroup(struct ls_comm *comm);

/** Gives `bytes` of zeroed memory to the ranks of this node and sees what each of them gave, page
 *  aligned; bytes may differ, and be 0.
 *  segments  (node_size) overwritten
 *  Errors: memory, the same on all ranks.  Owner: arena.  Collective: yes. */
ls_status ls_comm_share_each(struct ls_comm *comm, size_t bytes, struct ls_arena *arena,
                             struct ls_comm_segment *segments);

/** Passes a short while in which another rank may do what is waited for; `spins` counts the calls
 *  from 0.  Collective: no. */
void ls_comm_wait(const struct ls_comm *comm, unsigned *spins);

/** Waits until a neighbour's counter, which only grows, is at `least`; what it wrote before is then
 *  seen.  Collective: no. */
void ls_comm_await(const struct ls_comm *comm, const _Atomic uint64_t *counter, uint64_t least);

/** Makes the boards, and the memory in which ls_comm_gather meets.
 *  Errors: memory, the same on all ranks.  Owner: comm->arena.  Collective: yes. */
ls_status ls_comm_make_boards(struct ls_comm *comm);

/** At least `bytes` of memory for `use`, its old content undefined. Ends the job when memory is
 *  exhausted.  Owner: comm.  Collective: no. */
void *ls_comm_buffer(struct ls_comm *comm, enum ls_comm_use use, size_t bytes);

/** Ends all ranks with one line on stderr.  Collective: no. */
_Noreturn void ls_comm_die(int rank, const char *what);

void ls_comm_gather(void *context, const void *mine, void *all, const size_t *bytes);
void ls_comm_broadcast(void *context, void *data, size_t bytes);
ls_status ls_comm_agree(void *context, ls_status mine);
ls_status ls_comm_share(void *context, size_t bytes, struct ls_arena *arena, void **memory);
void ls_comm_meet(void *context);
ls_status ls_comm_reducer_init(struct ls_reducer *reducer, struct ls_arena *arena);
void ls_comm_reducer_ready(struct ls_reducer *reducer, size_t begin, size_t len);
void ls_comm_reducer_poll(struct ls_reducer *reducer);
void ls_comm_reducer_finish(struct ls_reducer *reducer);

#endif
