/* Deals the rows of a global batch to its shards like cards, so that every shard gets its equal
 * part of each class and of the hard examples: counts differ by at most one. Class by class, the
 * largest remembered loss first, rounds of one row for every shard run to and fro (serpentine), so
 * that losses even out too; what is left of a class goes to the shards next in turn, and the next
 * class goes on from there:
 *
 *     shard         0   1   2   3
 *     class a       a1  a2  a3  a4   round 0
 *                   a8  a7  a6  a5   round 1, back
 *                   a9  a10          in turn
 *     class b               b1  b2   round 0 of b begins at the turn
 *                   b3  b4  ...
 *
 * The shards that are larger by one come first in the turn, so that every shard is just filled.
 * Hard examples that this leaves uneven are exchanged against others of the same class, or of a
 * class of which the other shard has more. */
#ifndef LOCKSTEP_SAMPLER_DEAL_H
#define LOCKSTEP_SAMPLER_DEAL_H

#include "src/base/arena.h"
#include "src/sampler/pick.h"

struct ls_deal_tally;

struct ls_deal {
    int shards;
    int *turn;                   /* (shards) */
    size_t *next;                /* (shards) row that the shard's next pick goes to */
    size_t *hard;                /* (shards) hard examples */
    struct ls_pick *sorted;      /* (room) */
    struct ls_deal_tally *tally; /* (classes) of two shards */
};

/** room     the most rows of a batch
 *  classes  picks are of classes below this one
 *  Errors: memory.  Owner: arena.  Collective: no. */
ls_status ls_deal_init(struct ls_deal *deal, int shards, size_t room, size_t classes,
                       struct ls_arena *arena);

/** Puts n picks, given in the order of drawing, in the order of the rows of the batch: those of
 *  shard s lie from ls_shard_row(n, shards, s) on.  Collective: no.  Errors: none.
 *  Cost: O(n log n + shards). */
void ls_deal(struct ls_deal *deal, struct ls_pick *picks, size_t n);

#endif
