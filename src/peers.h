/* What a training step asks of the other ranks: declared here, where the arithmetic is, provided
 * by comm over MPI, and by ls_peers_alone for one rank without MPI. Every call is collective: all
 * ranks make the same calls in the same order, whatever they hold. */
#ifndef LOCKSTEP_PEERS_H
#define LOCKSTEP_PEERS_H

#include "src/base/real.h"
#include "src/tree/tree.h"

struct ls_peers_ops {
    /* see the functions of the same names below */
    void (*gather)(void *context, const void *mine, void *all, const size_t *bytes);
    void (*reduce)(void *context, const struct ls_tree *tree, real *const *pieces, size_t len,
                   double *const *tails, size_t tail_len);
    void (*broadcast)(void *context, void *data, size_t bytes);
    ls_status (*agree)(void *context, ls_status mine);
};

struct ls_peers {
    int rank, size;
    const struct ls_peers_ops *ops;
    void *context;
};

/** Gathers bytes[r] bytes of every rank r, in rank order, to every rank.
 *  mine  bytes[rank] bytes     all  sum of bytes, overwritten; must not alias mine
 *  Collective: yes.  Errors: none.  Cost: O(log size) messages. */
void ls_gather(const struct ls_peers *peers, const void *mine, void *all, const size_t *bytes);

/** Adds the pieces of all ranks up the fixed tree; every rank gets the root.
 *  pieces  (tree->n_pieces) slabs of `len` reals; the root replaces pieces[0], the others are
 *          left with whatever the adding left there
 *  tails   (tree->n_pieces) arrays of `tail_len` doubles (losses, counts, verdicts), which travel
 *          in the same reduction; likewise
 *  Collective: yes.  Errors: none.  Cost: 2 len / size reals to and from each other rank. */
void ls_reduce(const struct ls_peers *peers, const struct ls_tree *tree, real *const *pieces,
               size_t len, double *const *tails, size_t tail_len);

/** Rank 0's bytes to all.  Collective: yes.  Errors: none. */
void ls_broadcast(const struct ls_peers *peers, void *data, size_t bytes);

/** The common verdict on something that may have failed on some ranks only: LS_OK when all say
 *  LS_OK; else the lowest failing rank's status, its message set on all ranks (with "rank R: "
 *  before it when size > 1).  Collective: yes. */
ls_status ls_agree(const struct ls_peers *peers, ls_status mine);

/** One rank without peers.  Collective: no. */
struct ls_peers ls_peers_alone(void);

#endif
