#include "launch/outputs.h"

#include <string.h>

ls_status ls_outputs_init(struct ls_outputs *outputs, const struct ls_session *s)
{
    const size_t rows = ls_shard_max(s->room, (int)s->shards) * s->shards, k = s->loss.k;
    *outputs = (struct ls_outputs){.k = k};
    outputs->mine = ls_arena_get(s->arena, rows * k, sizeof(real));
    outputs->all = ls_arena_get(s->arena, rows * k, sizeof(real));
    outputs->bytes = ls_arena_get(s->arena, (size_t)s->peers->size, sizeof *outputs->bytes);
    return outputs->mine && outputs->all && outputs->bytes ? LS_OK : LS_OTHER;
}

/* Ranks hold contiguous runs of a batch, so that gathering in rank order gives its order. */
const real *ls_outputs_gather(struct ls_outputs *outputs, const struct ls_workspace *ws,
                              const struct ls_batch *batch)
{
    const struct ls_peers *const peers = ws->peers;
    const int shards = ws->tree->shards;
    const size_t k = outputs->k;
    real *to = outputs->mine;
    for (int shard = 0; shard < ws->shards; shard++) {
        memcpy(to, ls_workspace_output(ws, shard), ws->n[shard] * k * sizeof *to);
        to += ws->n[shard] * k;
    }
    for (int r = 0; r < peers->size; r++) {
        const int first = ls_tree_first_shard(shards, peers->size, r);
        const int last = ls_tree_first_shard(shards, peers->size, r + 1);
        const size_t n = ls_shard_row(batch->global_n, shards, last) -
                         ls_shard_row(batch->global_n, shards, first);
        outputs->bytes[r] = n * k * sizeof(real);
    }
    ls_gather(peers, outputs->mine, outputs->all, outputs->bytes);
    return outputs->all;
}
