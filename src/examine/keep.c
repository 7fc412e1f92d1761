#include <string.h>

#include "src/examine/tensors.h"

static ls_status allocate(struct ls_kept *kept, struct ls_arena *arena)
{
    size_t len = 1;
    for (int a = 0; a < kept->axes; a++)
        len *= kept->dims[a];
    kept->data = ls_arena_get(arena, len, sizeof *kept->data);
    return kept->data ? LS_OK : LS_OTHER;
}

/* How many of a shard's samples from `first` on are kept. */
static size_t rows_kept(struct ls_shape shape, size_t left)
{
    const size_t most = LS_KEPT_BYTES / sizeof(float) / ls_shape_len(shape);
    return left < most ? left : most > 0 ? most : 1;
}

/* Gives what the rank of the bad value holds to all. */
static ls_status spread(const struct ls_peers *peers, int owner, struct ls_kept *kept,
                        struct ls_arena *arena)
{
    const size_t size = (size_t)peers->size;
    struct ls_kept *const heads = ls_arena_get(arena, size, sizeof *heads);
    size_t *const bytes = ls_arena_get(arena, size, sizeof *bytes);
    LS_TRY(ls_agree(peers, heads && bytes ? LS_OK : LS_OTHER));
    for (size_t r = 0; r < size; r++)
        bytes[r] = sizeof *heads;
    ls_gather(peers, kept, heads, bytes);
    const float *const mine = kept->data;
    *kept = heads[owner];
    LS_TRY(ls_agree(peers, allocate(kept, arena)));
    size_t len = sizeof(float);
    for (int a = 0; a < kept->axes; a++)
        len *= kept->dims[a];
    for (size_t r = 0; r < size; r++)
        bytes[r] = (int)r == owner && kept->axes > 0 ? len : 0;
    ls_gather(peers, mine, kept->data, bytes);
    return LS_OK;
}

/* Samples of a shard from `first` on. */
static ls_status take_rows(const struct ls_examined *step, const struct ls_examined_tensor *t,
                           int shard, size_t first, struct ls_kept *kept, struct ls_arena *arena)
{
    struct ls_shape s;
    const real *const rows = ls_examined_rows(step, t, shard, &s);
    if (!rows)
        return LS_OK;
    const size_t n = rows_kept(s, step->ws->n[shard] - first), len = ls_shape_len(s);
    *kept = (struct ls_kept){.axes = s.axes + 1, .dims = {n, s.c, s.axes == 2 ? s.w : s.h, s.w}};
    LS_TRY(allocate(kept, arena));
    for (size_t i = 0; i < n; i++)
        for (size_t e = 0; e < len; e++)
            kept->data[i * len + ls_place_in_file(s, e)] = (float)rows[(first + i) * len + e];
    return LS_OK;
}

static ls_status take(const struct ls_examined *step, const struct ls_bad *bad,
                      struct ls_look *look, struct ls_arena *arena)
{
    const int shard = bad->shard - step->ws->tree->first;
    const struct ls_batch *const batch = step->batch;
    size_t first = 0;
    while (batch->samples[(size_t)shard * batch->max_n + first] != bad->sample)
        first++;
    const struct ls_examined_tensor at = ls_examined_tensor(step, bad->order);
    const struct ls_examined_tensor before = ls_examined_before(step, bad);
    LS_TRY(take_rows(step, &at, shard, first, &look->tensor, arena));
    if (before.place == LS_PLACE_NONE)
        return LS_OK;
    return take_rows(step, &before, shard, first, &look->before, arena);
}

ls_status ls_examined_keep(const struct ls_examined *step, struct ls_look *look,
                           struct ls_arena *arena)
{
    const struct ls_peers *const peers = step->ws->peers;
    const struct ls_bad *const bad = &look->bad;
    if (bad->place == LS_PLACE_NONE || bad->shard < 0)
        return LS_OK;
    const bool mine = bad->rank == peers->rank;
    LS_TRY(ls_agree(peers, mine ? take(step, bad, look, arena) : LS_OK));
    LS_TRY(spread(peers, bad->rank, &look->tensor, arena));
    return spread(peers, bad->rank, &look->before, arena);
}
