/* What the files of comm share: the communicator, buffers that are kept between calls, and the
 * members of `struct ls_peers_ops`, each documented in src/peers.h. */
#ifndef LOCKSTEP_COMM_CONTEXT_H
#define LOCKSTEP_COMM_CONTEXT_H

#include <mpi.h>

#include "comm/comm.h"

/* Buffers grow to the largest use and stay, so that a step allocates nothing after the first. */
enum ls_comm_use {
    LS_COMM_COUNTS,   /* gather: counts and places */
    LS_COMM_BYTES,    /* reduce: bytes of every rank */
    LS_COMM_MINE,     /* reduce: what this rank sends, packed */
    LS_COMM_ALL,      /* reduce: what all ranks sent */
    LS_COMM_VALUES,   /* reduce: where each piece lies */
    LS_COMM_REQUESTS, /* reduce: of two sections */
    LS_COMM_USES
};

struct ls_comm_buffer {
    void *memory;
    size_t bytes;
};

struct ls_comm {
    MPI_Comm world; /* a duplicate of MPI_COMM_WORLD */
    int rank, size;
    size_t max_message;  /* bytes; a longer transfer is cut. MPI counts are int; tests lower it */
    size_t max_gathered; /* bytes a rank may send for a reduction by gathering; tests change it */
    size_t section;      /* bytes of a chunk of the scattered reduction; tests lower it */
    struct ls_comm_place place;
    char host[MPI_MAX_PROCESSOR_NAME];
    struct ls_comm_buffer buffer[LS_COMM_USES];
};

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

/** Adds the pieces of all ranks up the tree by sending everything to everyone; for short vectors.
 *  The root replaces pieces[0], the others are left with whatever the adding left there.
 *  pieces  (tree->n_pieces) slabs of `len` reals
 *  Collective: yes. */
void ls_comm_reduce_gathered(struct ls_comm *comm, const struct ls_tree *tree, real *const *pieces,
                             size_t len);

/** The same by having each rank add a part of the vector; for long vectors.  Collective: yes. */
void ls_comm_reduce_scattered(struct ls_comm *comm, const struct ls_tree *tree, real *const *pieces,
                              size_t len);

#endif
