#include "src/step/ranker.h"

#include <string.h>

/* Samples of this rank in one pass over the plan. */
static uint64_t count_rows(const struct ls_plan *plan, const struct ls_tree *tree)
{
    uint64_t rows = 0;
    for (uint64_t s = 0; s < plan->steps_per_epoch; s++) {
        const size_t n = ls_plan_step(plan, s).n;
        rows +=
            ls_shard_row(n, tree->shards, tree->last) - ls_shard_row(n, tree->shards, tree->first);
    }
    return rows;
}

ls_status ls_ranker_init(struct ls_ranker *r, const struct ls_workspace *ws,
                         const struct ls_plan *plan, enum ls_metric_kind kind, size_t k,
                         struct ls_arena *arena)
{
    const size_t size = (size_t)ws->peers->size, all = (size_t)plan->subset->len;
    *r = (struct ls_ranker){
        .peers = ws->peers, .kind = kind, .k = k, .room = count_rows(plan, ws->tree)};
    LS_ASSERT(kind != LS_METRIC_VALUES);
    r->keys = ls_arena_get(arena, k * (size_t)r->room, sizeof *r->keys);
    r->gathered = ls_arena_get(arena, all, sizeof *r->gathered);
    r->dealt = ls_arena_get(arena, all, sizeof *r->dealt);
    r->bytes = ls_arena_get(arena, size, sizeof *r->bytes);
    r->lens = ls_arena_get(arena, size, sizeof *r->lens);
    r->rankings = ls_arena_get(arena, k, sizeof *r->rankings);
    r->round = ls_arena_get(arena, size, sizeof *r->round);
    const bool good =
        r->keys && r->gathered && r->dealt && r->bytes && r->lens && r->rankings && r->round;
    return good ? LS_OK : LS_OTHER;
}

void ls_ranker_add(struct ls_ranker *r, const float *restrict scores, int32_t class_,
                   const real *restrict values)
{
    LS_ASSERT(r->len < r->room);
    for (size_t c = 0; c < r->k; c++) {
        const bool positive =
            r->kind == LS_METRIC_CLASSES ? c == (size_t)class_ : values[c] > LS_R(0.5);
        r->keys[c * r->room + r->len] = ls_rank_key(scores[c], positive);
    }
    r->len++;
}

static void set_bytes(struct ls_ranker *r, size_t bytes)
{
    for (int i = 0; i < r->peers->size; i++)
        r->bytes[i] = bytes;
}

/* The keys of class c of all ranks into `gathered`. */
static void gather(struct ls_ranker *r, size_t c)
{
    for (int i = 0; i < r->peers->size; i++)
        r->bytes[i] = (size_t)r->lens[i] * sizeof *r->keys;
    ls_gather(r->peers, r->keys + c * r->room, r->gathered, r->bytes);
}

/* Ranks classes [first, first + size), one a rank. */
static void run_round(struct ls_ranker *r, size_t first, size_t all)
{
    const size_t size = (size_t)r->peers->size, rank = (size_t)r->peers->rank;
    const size_t classes = r->k - first < size ? r->k - first : size;
    struct ls_ranking mine = {0};
    for (size_t i = 0; i < classes; i++) {
        gather(r, first + i);
        if (i != rank)
            continue;
        uint32_t *const kept = r->gathered;
        r->gathered = r->dealt;
        r->dealt = kept;
    }
    if (rank < classes)
        mine = ls_rank(all, r->dealt, r->gathered);
    set_bytes(r, sizeof mine);
    ls_gather(r->peers, &mine, r->round, r->bytes);
    memcpy(r->rankings + first, r->round, classes * sizeof mine);
}

const struct ls_ranking *ls_ranker_run(struct ls_ranker *r)
{
    size_t all = 0;
    set_bytes(r, sizeof r->len);
    ls_gather(r->peers, &r->len, r->lens, r->bytes);
    for (int i = 0; i < r->peers->size; i++)
        all += (size_t)r->lens[i];
    for (size_t first = 0; first < r->k; first += (size_t)r->peers->size)
        run_round(r, first, all);
    r->len = 0;
    return r->rankings;
}
