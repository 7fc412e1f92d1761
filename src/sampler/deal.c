#include "src/sampler/deal.h"

#include <string.h>

#include "src/data/plan.h"

/* Rows of one class in a shard `from`, which has too many hard ones, and in one `to`. */
struct ls_deal_tally {
    size_t n_from, n_to, hard_from, easy_to;
};

ls_status ls_deal_init(struct ls_deal *deal, int shards, size_t room, size_t classes,
                       struct ls_arena *arena)
{
    *deal = (struct ls_deal){.shards = shards};
    deal->turn = ls_arena_get(arena, (size_t)shards, sizeof *deal->turn);
    deal->next = ls_arena_get(arena, (size_t)shards, sizeof *deal->next);
    deal->hard = ls_arena_get(arena, (size_t)shards, sizeof *deal->hard);
    deal->sorted = ls_arena_get(arena, room, sizeof *deal->sorted);
    deal->tally = ls_arena_get(arena, classes, sizeof *deal->tally);
    return deal->turn && deal->next && deal->hard && deal->sorted && deal->tally ? LS_OK : LS_OTHER;
}

static bool is_after(const struct ls_pick *a, const struct ls_pick *b)
{
    if (a->class != b->class)
        return a->class > b->class;
    if (a->hard != b->hard)
        return b->hard;
    return a->loss < b->loss;
}

/* One pass of a merge sort: runs of `len` of `from` to runs of twice as many in `to`; equal ones
 * keep their order. */
static void merge(const struct ls_pick *from, size_t n, size_t len, struct ls_pick *to)
{
    for (size_t begin = 0; begin < n; begin += 2 * len) {
        const size_t middle = begin + len < n ? begin + len : n;
        const size_t end = middle + len < n ? middle + len : n;
        size_t a = begin, b = middle;
        for (size_t i = begin; i < end; i++) {
            const bool second = a == middle || (b < end && is_after(&from[a], &from[b]));
            to[i] = from[second ? b++ : a++];
        }
    }
}

/* Sorts picks into deal->sorted. */
static void sort(struct ls_deal *deal, struct ls_pick *picks, size_t n)
{
    struct ls_pick *from = picks, *to = deal->sorted;
    for (size_t len = 1; len < n; len *= 2) {
        merge(from, n, len, to);
        struct ls_pick *const swapped = from;
        from = to;
        to = swapped;
    }
    if (from != deal->sorted)
        memcpy(deal->sorted, from, n * sizeof *from);
}

static void take_turns(struct ls_deal *deal, size_t n)
{
    const size_t shards = (size_t)deal->shards, larger = n % shards;
    size_t first = 0, second = larger;
    for (int s = 0; s < deal->shards; s++) {
        const size_t row = ls_shard_row(n, deal->shards, s);
        const size_t len = ls_shard_row(n, deal->shards, s + 1) - row;
        deal->turn[len > n / shards ? first++ : second++] = s;
        deal->next[s] = row;
        deal->hard[s] = 0;
    }
}

static void give(struct ls_deal *deal, struct ls_pick *rows, size_t turn,
                 const struct ls_pick *pick)
{
    const int shard = deal->turn[turn % (size_t)deal->shards];
    rows[deal->next[shard]++] = *pick;
    deal->hard[shard] += pick->hard;
}

/* n picks of one class, beginning at a turn; returns the turn after them. */
static size_t give_class(struct ls_deal *deal, struct ls_pick *rows, size_t turn,
                         const struct ls_pick *picks, size_t n)
{
    const size_t shards = (size_t)deal->shards, rounds = n / shards;
    for (size_t i = 0; i < rounds * shards; i++) {
        const size_t place = i % shards;
        give(deal, rows, turn + (i / shards % 2 ? shards - 1 - place : place), &picks[i]);
    }
    for (size_t i = rounds * shards; i < n; i++)
        give(deal, rows, turn++, &picks[i]);
    return turn % shards;
}

/* Exchanges a hard row of shard `from` against another of shard `to`, which has fewer by two or
 * more, so that no class becomes uneven. There always are such rows: where no class that is hard
 * in `from` has others in `to`, these classes have two rows more in `from` than in `to`, and since
 * both shards have as many rows, to within one, other classes have more in `to`. */
static void exchange(struct ls_deal *deal, struct ls_pick *rows, size_t n, int from, int to)
{
    const size_t begin[] = {ls_shard_row(n, deal->shards, from), ls_shard_row(n, deal->shards, to)};
    const size_t end[] = {deal->next[from], deal->next[to]};
    struct ls_deal_tally *const tally = deal->tally;
    for (int side = 0; side < 2; side++)
        for (size_t i = begin[side]; i < end[side]; i++)
            tally[rows[i].class] = (struct ls_deal_tally){0};
    for (size_t i = begin[0]; i < end[0]; i++) {
        tally[rows[i].class].n_from++;
        tally[rows[i].class].hard_from += rows[i].hard;
    }
    for (size_t i = begin[1]; i < end[1]; i++) {
        tally[rows[i].class].n_to++;
        tally[rows[i].class].easy_to += !rows[i].hard;
    }
    size_t a = end[0], b = end[1];
    for (size_t i = begin[0]; i < end[0] && a == end[0]; i++)
        if (rows[i].hard && tally[rows[i].class].easy_to > 0)
            a = i;
    const bool same = a < end[0];
    for (size_t i = begin[0]; i < end[0] && a == end[0]; i++)
        if (rows[i].hard && tally[rows[i].class].n_from > tally[rows[i].class].n_to)
            a = i;
    LS_ASSERT(a < end[0]);
    for (size_t i = begin[1]; i < end[1] && b == end[1]; i++) {
        const struct ls_deal_tally *const t = &tally[rows[i].class];
        if (!rows[i].hard && (same ? rows[i].class == rows[a].class : t->n_to > t->n_from))
            b = i;
    }
    LS_ASSERT(b < end[1]);
    const struct ls_pick swapped = rows[a];
    rows[a] = rows[b];
    rows[b] = swapped;
    deal->hard[from]--;
    deal->hard[to]++;
}

static void even_out_hard(struct ls_deal *deal, struct ls_pick *rows, size_t n)
{
    for (;;) {
        int most = 0, least = 0;
        for (int s = 1; s < deal->shards; s++) {
            most = deal->hard[s] > deal->hard[most] ? s : most;
            least = deal->hard[s] < deal->hard[least] ? s : least;
        }
        if (deal->hard[most] - deal->hard[least] < 2)
            return;
        exchange(deal, rows, n, most, least);
    }
}

void ls_deal(struct ls_deal *deal, struct ls_pick *picks, size_t n)
{
    sort(deal, picks, n);
    take_turns(deal, n);
    size_t turn = 0;
    for (size_t begin = 0, end = 0; begin < n; begin = end) {
        while (end < n && deal->sorted[end].class == deal->sorted[begin].class)
            end++;
        turn = give_class(deal, picks, turn, deal->sorted + begin, end - begin);
    }
    even_out_hard(deal, picks, n);
}
