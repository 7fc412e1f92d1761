/* Counts added up over the ranks: whole numbers, so that their order does not matter. */
#ifndef LOCKSTEP_TREE_COUNTS_H
#define LOCKSTEP_TREE_COUNTS_H

#include <stdint.h>

#include "src/peers.h"

struct ls_counts {
    const struct ls_peers *peers;
    size_t room;
    uint64_t *gathered; /* (size, room) */
    size_t *bytes;      /* (size) */
};

/** For up to `room` counts at a time.  Owner: arena.  Errors: memory.  Collective: no. */
ls_status ls_counts_init(struct ls_counts *counts, const struct ls_peers *peers, size_t room,
                         struct ls_arena *arena);

/** n (len) becomes the sum of all ranks' n.
 *  Collective: yes.  Errors: none.  Cost: a gather of 8 len bytes a rank.
 *  Limitations: every rank adds up what all sent, so the bytes grow with the ranks. */
void ls_counts_sum(struct ls_counts *counts, uint64_t *n, size_t len);

#endif
