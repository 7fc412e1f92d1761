#include "comm/context.h"

#include <string.h>

/* Adds up the fixed tree (src/tree/tree.h, src/peers.h) in one of two ways, which give the same
 * bits: who adds does not matter, only what is added to what. Short vectors are bound by the
 * number of messages: every rank adds everything (reduce_gathered.c). Long ones are bound by
 * bytes: each rank adds a part of the vector (reduce_scattered.c). */
ls_status ls_comm_reducer_init(struct ls_reducer *reducer, struct ls_arena *arena)
{
    reducer->pieces[0] = reducer->sum;
    for (int p = 1; p < reducer->tree->n_pieces; p++) {
        reducer->pieces[p] = ls_arena_get(arena, reducer->len, sizeof(real));
        if (!reducer->pieces[p])
            return LS_OTHER;
    }
    return LS_OK;
}

void ls_comm_reducer_ready(struct ls_reducer *reducer, size_t begin, size_t len)
{
    (void)reducer, (void)begin, (void)len;
}

void ls_comm_reducer_poll(struct ls_reducer *reducer)
{
    (void)reducer;
}

void ls_comm_reducer_finish(struct ls_reducer *reducer)
{
    struct ls_comm *const comm = reducer->peers->context;
    if (comm->size == 1)
        return; /* one piece: the root */
    if (reducer->len * sizeof(real) <= comm->max_gathered)
        ls_comm_reduce_gathered(comm, reducer->tree, reducer->pieces, reducer->len);
    else
        ls_comm_reduce_scattered(comm, reducer->tree, reducer->pieces, reducer->len);
}
