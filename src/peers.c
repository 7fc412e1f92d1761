#include "src/peers.h"

#include <string.h>

void ls_gather(const struct ls_peers *peers, const void *mine, void *all, const size_t *bytes)
{
    peers->ops->gather(peers->context, mine, all, bytes);
}

void ls_broadcast(const struct ls_peers *peers, void *data, size_t bytes)
{
    peers->ops->broadcast(peers->context, data, bytes);
}

ls_status ls_agree(const struct ls_peers *peers, ls_status mine)
{
    return peers->ops->agree(peers->context, mine);
}

ls_status ls_share(const struct ls_peers *peers, size_t bytes, struct ls_arena *arena,
                   void **memory)
{
    return peers->ops->share(peers->context, bytes, arena, memory);
}

void ls_meet(const struct ls_peers *peers)
{
    peers->ops->meet(peers->context);
}

ls_status ls_reducer_init(struct ls_reducer *reducer, const struct ls_peers *peers,
                          const struct ls_tree *tree, size_t len, size_t room,
                          struct ls_arena *arena)
{
    LS_ASSERT(tree->size == peers->size && tree->rank == peers->rank && room >= len);
    *reducer = (struct ls_reducer){.peers = peers, .tree = tree, .len = len};
    reducer->pieces = ls_arena_get(arena, (size_t)tree->n_pieces, sizeof *reducer->pieces);
    void *sum = NULL;
    LS_TRY(ls_agree(peers, reducer->pieces ? LS_OK : LS_OTHER));
    LS_TRY(ls_share(peers, room * sizeof(real), arena, &sum));
    reducer->sum = sum;
    return peers->ops->reducer_init(reducer, arena);
}

void ls_reducer_ready(struct ls_reducer *reducer, size_t begin, size_t len)
{
    LS_ASSERT(begin + len <= reducer->len);
    if (len > 0)
        reducer->peers->ops->reducer_ready(reducer, begin, len);
}

void ls_reducer_poll(struct ls_reducer *reducer)
{
    reducer->peers->ops->reducer_poll(reducer);
}

void ls_reducer_finish(struct ls_reducer *reducer)
{
    reducer->peers->ops->reducer_finish(reducer);
}

static void alone_gather(void *context, const void *mine, void *all, const size_t *bytes)
{
    (void)context;
    memcpy(all, mine, bytes[0]);
}

static void alone_broadcast(void *context, void *data, size_t bytes)
{
    (void)context, (void)data, (void)bytes;
}

static ls_status alone_agree(void *context, ls_status mine)
{
    (void)context;
    return mine;
}

static ls_status alone_share(void *context, size_t bytes, struct ls_arena *arena, void **memory)
{
    (void)context;
    *memory = ls_arena_get(arena, bytes, 1);
    return *memory ? LS_OK : LS_OTHER;
}

static void alone_meet(void *context)
{
    (void)context;
}

/* A single rank's run of shards is the whole tree: its one piece is the root. */
static ls_status alone_init(struct ls_reducer *reducer, struct ls_arena *arena)
{
    (void)arena;
    LS_ASSERT(reducer->tree->n_all_pieces == 1);
    reducer->pieces[0] = reducer->sum;
    return LS_OK;
}

static void alone_ready(struct ls_reducer *reducer, size_t begin, size_t len)
{
    (void)reducer, (void)begin, (void)len;
}

static void alone_poll(struct ls_reducer *reducer)
{
    (void)reducer;
}

struct ls_peers ls_peers_alone(void)
{
    static const struct ls_peers_ops ops = {.gather = alone_gather,
                                            .broadcast = alone_broadcast,
                                            .agree = alone_agree,
                                            .share = alone_share,
                                            .meet = alone_meet,
                                            .reducer_init = alone_init,
                                            .reducer_ready = alone_ready,
                                            .reducer_poll = alone_poll,
                                            .reducer_finish = alone_poll};
    return (struct ls_peers){.size = 1, .node_size = 1, .ops = &ops};
}
