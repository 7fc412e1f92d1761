#include <string.h>

#include "src/step/trainer.h"

/* Rows of the global batch that rank r holds. */
static size_t rows_of(const struct ls_workspace *ws, const struct ls_batch *batch, int r)
{
    const int shards = ws->tree->shards, size = ws->peers->size;
    const int first = ls_tree_first_shard(shards, size, r);
    const int last = ls_tree_first_shard(shards, size, r + 1);
    return ls_shard_row(batch->global_n, shards, last) -
           ls_shard_row(batch->global_n, shards, first);
}

ls_status ls_remember_init(struct ls_remember *remember, struct ls_workspace *ws, size_t batch,
                           struct ls_arena *arena)
{
    *remember = (struct ls_remember){.room = batch};
    remember->mine = ls_arena_get(arena, (size_t)ws->shards * ws->max_n, sizeof *remember->mine);
    remember->all = ls_arena_get(arena, batch, sizeof *remember->all);
    remember->bytes = ls_arena_get(arena, (size_t)ws->peers->size, sizeof *remember->bytes);
    ws->losses = ls_arena_get(arena, (size_t)ws->shards * ws->max_n, sizeof *ws->losses);
    return remember->mine && remember->all && remember->bytes && ws->losses ? LS_OK : LS_OTHER;
}

void ls_remember(struct ls_remember *remember, const struct ls_workspace *ws,
                 const struct ls_batch *batch, struct ls_recall *recall)
{
    LS_ASSERT(batch->global_n <= remember->room);
    size_t n = 0;
    for (int shard = 0; shard < ws->shards; shard++)
        for (size_t i = 0; i < ws->n[shard]; i++) {
            const size_t at = (size_t)shard * ws->max_n + i;
            struct ls_recall_row *const row = &remember->mine[n++];
            memset(row, 0, sizeof *row); /* the gaps too */
            row->sample = batch->samples[at];
            row->loss = ws->losses[at];
        }
    for (int r = 0; r < ws->peers->size; r++)
        remember->bytes[r] = rows_of(ws, batch, r) * sizeof *remember->mine;
    ls_gather(ws->peers, remember->mine, remember->all, remember->bytes);
    ls_recall_add(recall, remember->all, batch->global_n);
}
