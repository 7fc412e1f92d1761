#include "src/tree/counts.h"

#include <string.h>

ls_status ls_counts_init(struct ls_counts *counts, const struct ls_peers *peers, size_t room,
                         struct ls_arena *arena)
{
    const size_t size = (size_t)peers->size;
    *counts = (struct ls_counts){.peers = peers, .room = room};
    counts->gathered = ls_arena_get(arena, size * room, sizeof *counts->gathered);
    counts->bytes = ls_arena_get(arena, size, sizeof *counts->bytes);
    return counts->gathered && counts->bytes ? LS_OK : LS_OTHER;
}

void ls_counts_sum(struct ls_counts *counts, uint64_t *n, size_t len)
{
    LS_ASSERT(len <= counts->room);
    const size_t size = (size_t)counts->peers->size;
    for (size_t r = 0; r < size; r++)
        counts->bytes[r] = len * sizeof *n;
    ls_gather(counts->peers, n, counts->gathered, counts->bytes);
    memset(n, 0, len * sizeof *n);
    for (size_t r = 0; r < size; r++)
        for (size_t i = 0; i < len; i++)
            n[i] += counts->gathered[r * len + i];
}
