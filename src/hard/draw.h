/* Drawing from the pool by weight, without replacement: one after another, each of those left with
 * a chance in proportion to its weight. That is what the k smallest of -log(u_i) / w_i give, too,
 * but it costs O(k log M) of M samples: a draw is a search in the sums of the weights, and one of a
 * sample that was drawn before is drawn again. Where few weights make up nearly all, so that most
 * draws would be repeated, the rest is taken by the keys.
 * Source: Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006. */
#ifndef LOCKSTEP_HARD_DRAW_H
#define LOCKSTEP_HARD_DRAW_H

#include "src/hard/pool.h"

/* Room for drawing; one for each thread that draws. */
struct ls_drawer {
    size_t room, slots;
    uint64_t *items; /* (room) places in the pool, in the order drawn */
    uint64_t *table; /* (slots) places drawn and 1, by hash; 0: free */
    double *keys;    /* (room) */
};

/** For up to `room` samples.  Owner: arena.  Errors: memory.  Collective: no. */
ls_status ls_drawer_init(struct ls_drawer *drawer, size_t room, struct ls_arena *arena);

/** Draws k of a group for a step into drawer->items; samples without weight are not drawn unless
 *  all are. A pure function of the pool, seed, step and group.
 *  Returns how many there are, below k only where the pool has fewer.
 *  Collective: no.  Errors: none. */
size_t ls_draw(struct ls_drawer *drawer, const struct ls_pool *pool, uint64_t seed, uint64_t step,
               size_t group, size_t k);

#endif
