/* What a training step asks of the other ranks: declared here, where the arithmetic is, provided
 * by comm over MPI, and by ls_peers_alone for one rank without MPI. Every call is collective unless
 * it says otherwise: all ranks make the same calls in the same order, whatever they hold.
 *
 * The ranks of one machine are a node: they share memory, so that what is the same for all of them
 * is there once, and its work is shared out. */
#ifndef LOCKSTEP_PEERS_H
#define LOCKSTEP_PEERS_H

#include "src/base/real.h"
#include "src/tree/tree.h"

struct ls_reducer;

struct ls_peers_ops {
    /* see the functions of the same names below */
    void (*gather)(void *context, const void *mine, void *all, const size_t *bytes);
    void (*broadcast)(void *context, void *data, size_t bytes);
    ls_status (*agree)(void *context, ls_status mine);
    ls_status (*share)(void *context, size_t bytes, struct ls_arena *arena, void **memory);
    void (*meet)(void *context);
    ls_status (*reducer_init)(struct ls_reducer *reducer, struct ls_arena *arena);
    void (*reducer_ready)(struct ls_reducer *reducer, size_t begin, size_t len);
    void (*reducer_poll)(struct ls_reducer *reducer);
    void (*reducer_finish)(struct ls_reducer *reducer);
};

struct ls_peers {
    int rank, size;
    int node_rank, node_size; /* among the ranks that share memory */
    const struct ls_peers_ops *ops;
    void *context;
};

/** Gathers bytes[r] bytes of every rank r, in rank order, to every rank.
 *  mine  bytes[rank] bytes     all  sum of bytes, overwritten; must not alias mine
 *  Collective: yes.  Errors: none.  Cost: O(log size) messages. */
void ls_gather(const struct ls_peers *peers, const void *mine, void *all, const size_t *bytes);

/** Rank 0's bytes to all.  Collective: yes.  Errors: none. */
void ls_broadcast(const struct ls_peers *peers, void *data, size_t bytes);

/** The common verdict on something that may have failed on some ranks only: LS_OK when all say
 *  LS_OK; else the lowest failing rank's status, its message set on all ranks (with "rank R: "
 *  before it when size > 1).  Collective: yes. */
ls_status ls_agree(const struct ls_peers *peers, ls_status mine);

/** Memory of `bytes`, zeroed and aligned to 64 bytes, that all ranks of this node see.
 *  Errors: memory, the same on all ranks.  Owner: arena.  Collective: yes, with the same bytes on
 *  all ranks of a node. */
ls_status ls_share(const struct ls_peers *peers, size_t bytes, struct ls_arena *arena,
                   void **memory);

/** Returns when all ranks of this node are here; what they wrote to shared memory before is seen
 *  after.  Collective: yes.  Errors: none. */
void ls_meet(const struct ls_peers *peers);

/* Adds vectors of all ranks up the fixed tree, range by range while other work goes on. */
struct ls_reducer {
    const struct ls_peers *peers;
    const struct ls_tree *tree;
    size_t len;    /* reals that are added up */
    real **pieces; /* (tree->n_pieces) (len) what this rank gives */
    real *sum;     /* (room) the root, shared by the ranks of the node; the same memory as pieces[0]
                      where there is one rank; what lies past len is the caller's */
    void *own;     /* of whoever provides ls_peers_ops */
};

/** Plans reductions of `len` reals and takes memory for the pieces and the sum, all zero.
 *  room  reals of the sum, at least len
 *  Errors: memory, the same on all ranks.  Owner: arena.  Collective: yes. */
ls_status ls_reducer_init(struct ls_reducer *reducer, const struct ls_peers *peers,
                          const struct ls_tree *tree, size_t len, size_t room,
                          struct ls_arena *arena);

/** Elements [begin, begin + len) of this rank's pieces are there and stay as they are until
 *  ls_reducer_finish. Ranges do not overlap and come from the end of the vector to its front.
 *  Returns at once.  Collective: yes.  Errors: none. */
void ls_reducer_ready(struct ls_reducer *reducer, size_t begin, size_t len);

/** Moves what has begun: to be called every millisecond or so, from the main thread.
 *  Collective: no.  Errors: none. */
void ls_reducer_poll(struct ls_reducer *reducer);

/** Returns when all that was ready lies in `sum`, on all ranks of the node. The pieces may be
 *  written again.  Collective: yes.  Errors: none.  Cost: with two nodes or more, in all 2 len /
 *  nodes reals to and from each other node. */
void ls_reducer_finish(struct ls_reducer *reducer);

/** One rank without peers.  Collective: no. */
struct ls_peers ls_peers_alone(void);

#endif
