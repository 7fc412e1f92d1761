#include "src/peers.h"

#include <string.h>

void ls_gather(const struct ls_peers *peers, const void *mine, void *all, const size_t *bytes)
{
    peers->ops->gather(peers->context, mine, all, bytes);
}

void ls_reduce(const struct ls_peers *peers, const struct ls_tree *tree, real *const *pieces,
               size_t len, double *const *tails, size_t tail_len)
{
    LS_ASSERT(tree->size == peers->size && tree->rank == peers->rank);
    peers->ops->reduce(peers->context, tree, pieces, len, tails, tail_len);
}

void ls_broadcast(const struct ls_peers *peers, void *data, size_t bytes)
{
    peers->ops->broadcast(peers->context, data, bytes);
}

ls_status ls_agree(const struct ls_peers *peers, ls_status mine)
{
    return peers->ops->agree(peers->context, mine);
}

static void alone_gather(void *context, const void *mine, void *all, const size_t *bytes)
{
    (void)context;
    memcpy(all, mine, bytes[0]);
}

static void alone_reduce(void *context, const struct ls_tree *tree, real *const *pieces, size_t len,
                         double *const *tails, size_t tail_len)
{
    /* a single rank's run of shards is the whole tree: one piece, the root */
    (void)context, (void)pieces, (void)len, (void)tails, (void)tail_len;
    LS_ASSERT(tree->n_all_pieces == 1);
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

struct ls_peers ls_peers_alone(void)
{
    static const struct ls_peers_ops ops = {alone_gather, alone_reduce, alone_broadcast,
                                            alone_agree};
    return (struct ls_peers){.rank = 0, .size = 1, .ops = &ops, .context = NULL};
}
