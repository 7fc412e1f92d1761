#include "src/hard/recall.h"

#include <string.h>

/* Rows whose losses are fetched ahead, as they lie anywhere. */
enum { AHEAD = 16 };

uint64_t ls_recall_first(const struct ls_recall *recall, int rank)
{
    const uint64_t size = (uint64_t)recall->peers->size, r = (uint64_t)rank;
    return recall->len / size * r + recall->len % size * r / size;
}

ls_status ls_recall_init(struct ls_recall *recall, const struct ls_peers *peers, uint64_t len,
                         double mean, struct ls_arena *arena)
{
    *recall = (struct ls_recall){.peers = peers, .mean = mean, .len = len};
    recall->first = ls_recall_first(recall, peers->rank);
    recall->last = ls_recall_first(recall, peers->rank + 1);
    const size_t mine = (size_t)(recall->last - recall->first);
    recall->loss = ls_arena_get(arena, mine, sizeof *recall->loss);
    recall->bytes = ls_arena_get(arena, (size_t)peers->size, sizeof *recall->bytes);
    if (!recall->loss || !recall->bytes)
        return LS_OTHER;
    for (size_t i = 0; i < mine; i++)
        recall->loss[i] = NAN;
    return LS_OK;
}

static bool is_mine(const struct ls_recall *recall, uint64_t sample)
{
    return sample >= recall->first && sample < recall->last;
}

void ls_recall_add(struct ls_recall *recall, const struct ls_recall_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint64_t sample = rows[i].sample;
        if (i + AHEAD < n && is_mine(recall, rows[i + AHEAD].sample))
            __builtin_prefetch(&recall->loss[rows[i + AHEAD].sample - recall->first], 1);
        if (!is_mine(recall, sample) || !isfinite(rows[i].loss))
            continue;
        float *const loss = &recall->loss[sample - recall->first];
        const double before = (double)*loss, now = (double)rows[i].loss;
        const bool mixed = recall->mean > 0 && !isnan(*loss);
        *loss = mixed ? (float)(recall->mean * before + (1 - recall->mean) * now) : rows[i].loss;
    }
}

/* The part of [begin, begin + n) that rank `rank` holds. */
static size_t overlap(const struct ls_recall *recall, int rank, uint64_t begin, size_t n,
                      uint64_t *from)
{
    const uint64_t first = ls_recall_first(recall, rank), last = ls_recall_first(recall, rank + 1);
    const uint64_t end = begin + n < last ? begin + n : last;
    *from = begin > first ? begin : first;
    return end > *from ? (size_t)(end - *from) : 0;
}

void ls_recall_read(const struct ls_recall *recall, uint64_t begin, size_t n, float *loss)
{
    const struct ls_peers *const peers = recall->peers;
    uint64_t from = 0;
    for (int r = 0; r < peers->size; r++)
        recall->bytes[r] = overlap(recall, r, begin, n, &from) * sizeof *loss;
    const size_t mine = overlap(recall, peers->rank, begin, n, &from);
    ls_gather(peers, mine > 0 ? recall->loss + (from - recall->first) : recall->loss, loss,
              recall->bytes);
}

void ls_recall_write(struct ls_recall *recall, uint64_t begin, size_t n, const float *loss)
{
    uint64_t from = 0;
    const size_t mine = overlap(recall, recall->peers->rank, begin, n, &from);
    if (mine > 0)
        memcpy(recall->loss + (from - recall->first), loss + (from - begin), mine * sizeof *loss);
}
