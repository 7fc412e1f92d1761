/* The pool: the hardest of the samples whose loss is remembered, as they were when it was filled,
 * for every rank to draw from without asking another. Within each group (class) of m such samples,
 * in the order of loss descending, then sample number, it holds
 *
 *     the hardest round(discard m), left out | the next round(pool m), at least one | the others
 *
 * It lies once on each node, 20 bytes a sample. */
#ifndef LOCKSTEP_HARD_POOL_H
#define LOCKSTEP_HARD_POOL_H

#include "src/hard/options.h"
#include "src/hard/recall.h"

/* Samples of one class after those of another, each by sample number. */
struct ls_pool {
    const struct ls_peers *peers;
    struct ls_hard hard;
    size_t n_groups;
    uint64_t room;     /* samples, at most */
    uint64_t *first;   /* (n_groups + 1) of each group */
    uint64_t *samples; /* (room) */
    float *losses;     /* (room) as remembered when the pool was filled */
    double *sums;      /* (room) of the weights of a group up to and with this sample */
    struct ls_pool_own *own;
};

/** An empty pool.
 *  counts  (n_groups) samples of each group in the training set, the most that can be seen
 *  Owner: arena.  Errors: memory, the same on all ranks.  Collective: yes. */
ls_status ls_pool_init(struct ls_pool *pool, const struct ls_peers *peers,
                       const struct ls_hard *hard, size_t n_groups, const uint64_t *counts,
                       struct ls_arena *arena);

/** Fills the pool anew. The losses where a group's samples begin and end are found digit by digit,
 *  for many groups at once:
 *
 *      rank 0   how many of its samples have digit 0, 1, ... 255   -.
 *      rank 1   the same                                            +- sum -> the digit of the
 * k-th; rank 2   the same                                           -'         again among those
 *                                                                             that have it
 *
 *  then every rank in turn gives those between to all.
 *  groups  (recall->last - recall->first) of this rank's samples; NULL: all of group 0
 *  Collective: yes; nobody draws meanwhile.  Errors: none.
 *  Cost: a pass over the rank's losses for each digit, a few times where losses differ, and again
 *  for each 512 / ranks groups; a gather of 2 KiB a rank for each digit and group; 16 bytes a
 *  sample of the pool to every rank.
 *  Limitations: every rank adds up what all sent, so the bytes grow with the ranks. */
void ls_pool_fill(struct ls_pool *pool, const struct ls_recall *recall, const int32_t *groups);

/** Fills the pool as it was before.
 *  losses  (recall->last - recall->first) with which this rank's samples lie in it, NaN of those
 *          that do not; no more in a group than there is room
 *  groups  as above
 *  Collective: yes; nobody draws meanwhile.  Errors: none. */
void ls_pool_restore(struct ls_pool *pool, const struct ls_recall *recall, const float *losses,
                     const int32_t *groups);

/** The loss of every sample of a dataset of n as it lies in the pool, NaN of those that do not.
 *  losses  (n) overwritten
 *  Collective: no.  Errors: none. */
void ls_pool_read(const struct ls_pool *pool, uint64_t n, float *losses);

/** Samples of a group.  Collective: no. */
static inline uint64_t ls_pool_len(const struct ls_pool *pool, size_t group)
{
    return pool->first[group + 1] - pool->first[group];
}

#endif
