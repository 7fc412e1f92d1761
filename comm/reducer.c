#include "comm/reducer.h"

#include <string.h>

/* Adds up the fixed tree (src/tree/tree.h, src/peers.h). The pieces of all ranks of a node lie in
 * memory that they share, and so does the sum. Ranges that are ready gather to buckets, from the
 * vector's end to its front; a bucket goes through these states, on two nodes of two ranks:
 *
 *                ready        added               between leaders       done
 *     rank 0     p0 p0        p0+p1 .             k0 = p0+p1  ------>   k0+k1, the sum of node 0
 *     rank 1     p1 p1        .     p0+p1              |  chunks
 *     rank 2     p2 p2        p2+p3 .             k1 = p2+p3  ------>   k0+k1, the sum of node 1
 *     rank 3     p3 p3        .     p2+p3
 *
 * Every rank counts on its board how many buckets it has brought to "ready" and "added", and the
 * leader to "done"; the counts only grow, through all steps. A rank adds its part of a bucket, over
 * all pieces of the node, when all its neighbours' are ready, whenever it comes by: at ready, poll
 * or finish. On one node that is all, and the part goes into the sum. So the bits are those of the
 * serial tree whoever adds: only what is added to what counts.
 *
 * The last bucket, if short, is gathered by the leaders in one go; one that is alone, so is a small
 * model's whole vector.
 *
 * Cost: on a node no messages; it reads all pieces once, and writes the sum once, shared out among
 * its ranks. Between nodes: reduce_leads.c.
 * Limitations: a bucket waits for the slowest rank of the node; ranks that do not poll hold up the
 * others' buckets, not their computing. Pieces of other sockets are read across. */

/* Ranges further apart than this are different buckets; what lies in smaller gaps is added too. */
enum { MAX_GAP = 4096 };

/* Reals of a bucket that one rank adds for its whole node, where there are more ranks than cores:
 * waiting for each other once less is worth more there than sharing the adding out. */
enum { MAX_WHOLE = 2048 };

static size_t round_up(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

/* Where the pieces of each rank of the node lie: behind the rank's board. */
static ls_status share_pieces(struct ls_comm_reducer *r, struct ls_reducer *reducer,
                              struct ls_arena *arena)
{
    const int n = r->comm->place.node_size;
    const size_t line = sizeof(struct ls_reducer_board);
    const size_t each = round_up(reducer->len * sizeof(real));
    struct ls_comm_segment *const segments = ls_arena_get(arena, (size_t)n, sizeof *segments);
    LS_TRY(ls_comm_agree(r->comm, segments ? LS_OK : LS_OTHER));
    LS_TRY(ls_comm_share_each(r->comm, line + (size_t)reducer->tree->n_pieces * each, arena,
                              segments));
    for (int i = 0; i < n; i++) {
        r->boards[i] = segments[i].memory;
        char *piece = (char *)segments[i].memory + line;
        for (int p = r->plan.rank_first[i]; p < r->plan.rank_first[i + 1]; p++, piece += each)
            r->value[p] = (real *)(void *)piece;
    }
    const int mine = r->plan.rank_first[r->comm->place.node_rank];
    for (int p = 0; p < reducer->tree->n_pieces; p++)
        reducer->pieces[p] = r->value[mine + p];
    return LS_OK;
}

static ls_status plan_reducer(struct ls_comm_reducer *r, struct ls_reducer *reducer,
                              struct ls_arena *arena)
{
    LS_TRY(ls_reduce_plan(&r->plan, r->comm, reducer->tree, arena));
    const size_t n_scratch = (size_t)r->plan.n_scratch;
    const size_t n_pieces = (size_t)r->plan.n_pieces;
    r->boards = ls_arena_get(arena, (size_t)r->comm->place.node_size, sizeof *r->boards);
    r->value = ls_arena_get(arena, n_pieces + n_scratch + 1, sizeof *r->value);
    r->max_buckets = 2 + reducer->len / (r->bucket / 2) + reducer->len / MAX_GAP;
    r->buckets = ls_arena_get(arena, r->max_buckets, sizeof *r->buckets);
    real *const scratch = ls_arena_get(arena, n_scratch * LS_ADD_LEN, sizeof(real));
    if (!r->boards || !r->value || !r->buckets || !scratch)
        return LS_OTHER;
    for (size_t i = 0; i < n_scratch; i++)
        r->value[n_pieces + i] = scratch + i * LS_ADD_LEN;
    r->value[n_pieces + n_scratch] = r->sum = reducer->sum;
    if (r->comm->place.nodes > 1 && r->comm->leads != MPI_COMM_NULL)
        LS_TRY(ls_leads_init(r, arena));
    return LS_OK;
}

/* With more than four nodes longer buckets, so that each node's chunk stays a long message; up to
 * four times as long, so that something is left to overlap. */
static size_t bucket_len(const struct ls_comm *comm)
{
    enum { FEW = 4, MANY = 16, LEAST = 8 };
    const int nodes = comm->place.nodes;
    const size_t lines = comm->bucket / 64 *
                         (size_t)(nodes < FEW    ? FEW
                                  : nodes > MANY ? MANY
                                                 : nodes) /
                         FEW;
    return (lines > LEAST ? lines : LEAST) * LS_LINE_LEN;
}

ls_status ls_comm_reducer_init(struct ls_reducer *reducer, struct ls_arena *arena)
{
    struct ls_comm *const comm = reducer->peers->context;
    if (comm->size == 1) { /* one piece, which is the root */
        reducer->pieces[0] = reducer->sum;
        return LS_OK;
    }
    struct ls_comm_reducer *const r = ls_arena_get(arena, 1, sizeof *r);
    ls_status status = r ? LS_OK : LS_OTHER;
    if (r) {
        *r = (struct ls_comm_reducer){.comm = comm, .bucket = bucket_len(comm)};
        r->max_gathered = comm->max_gathered / sizeof(real);
        if (r->max_gathered > r->bucket)
            r->max_gathered = r->bucket;
        status = plan_reducer(r, reducer, arena);
    }
    LS_TRY(ls_comm_agree(comm, status));
    reducer->own = r;
    return share_pieces(r, reducer, arena);
}

/* The last `len` of what is open, or all of it, becomes a bucket. */
static void close_bucket(struct ls_comm_reducer *r, size_t len)
{
    const size_t end = r->open.begin + r->open.len;
    size_t begin = r->open.begin;
    if (len < r->open.len)
        begin = (end - len + LS_LINE_LEN - 1) / LS_LINE_LEN * LS_LINE_LEN;
    LS_ASSERT(r->n_ready < r->max_buckets && begin < end);
    r->buckets[r->n_ready++] = (struct ls_range){begin, end - begin};
    r->open.len = begin - r->open.begin;
}

static void tell_ready(const struct ls_comm_reducer *r)
{
    atomic_store_explicit(&r->boards[r->comm->place.node_rank]->ready, r->before + r->n_ready,
                          memory_order_release);
}

/* The buckets of this step in one of a neighbour's counts, but no more than `most`. */
static size_t seen(const struct ls_comm_reducer *r, const _Atomic uint64_t *count, size_t most)
{
    const uint64_t theirs = atomic_load_explicit(count, memory_order_acquire);
    const uint64_t now = theirs > r->before ? theirs - r->before : 0;
    return now < most ? (size_t)now : most;
}

/* How many buckets of this step all ranks of the node have ready. */
static size_t least_ready(const struct ls_comm_reducer *r)
{
    size_t least = r->n_ready;
    for (int i = 0; i < r->comm->place.node_size; i++)
        least = seen(r, &r->boards[i]->ready, least);
    return least;
}

/* How many all ranks of the node have added. */
static size_t least_added(const struct ls_comm_reducer *r)
{
    size_t least = r->n_added;
    for (int i = 0; i < r->comm->place.node_size; i++)
        least = seen(r, &r->boards[i]->added, least);
    return least;
}

static void tell_added(const struct ls_comm_reducer *r, int node_rank)
{
    atomic_store_explicit(&r->boards[node_rank]->added, r->before + r->n_added,
                          memory_order_release);
}

/* A short bucket is added whole by the first rank that sees it ready, for all. False when another
 * rank is at it, or at the bucket before. */
static bool add_for_all(struct ls_comm_reducer *r)
{
    const uint64_t next = r->before + r->n_added;
    uint64_t claimed = atomic_load_explicit(&r->boards[0]->claimed, memory_order_relaxed);
    if (claimed > next || least_added(r) < r->n_added ||
        !atomic_compare_exchange_strong(&r->boards[0]->claimed, &claimed, next + 1))
        return false;
    ls_reduce_node(r, r->buckets[r->n_added++]);
    for (int i = 0; i < r->comm->place.node_size; i++)
        tell_added(r, i);
    return true;
}

static void add_what_is_ready(struct ls_comm_reducer *r)
{
    const int n = r->comm->place.node_size, me = r->comm->place.node_rank;
    const size_t least = least_ready(r);
    r->n_added =
        seen(r, &r->boards[me]->added, r->n_ready); /* others may have added for this one */
    while (r->n_added < least) {
        const struct ls_range bucket = r->buckets[r->n_added];
        if (bucket.len <= MAX_WHOLE && r->comm->max_spins == 0) {
            if (!add_for_all(r))
                break;
            continue;
        }
        ls_reduce_node(r, ls_range_cut(bucket, (size_t)n, (size_t)me));
        r->n_added++;
        tell_added(r, me);
    }
}

static void lead(struct ls_comm_reducer *r)
{
    size_t n = least_added(r);
    struct ls_leads *const leads = &r->leads;
    const bool gathers = r->gathers_last && n == r->n_ready && n > leads->n_sent;
    ls_leads_poll(r, n - gathers);
    if (gathers && leads->n_done + 1 == n)
        ls_leads_gather(r, r->buckets[n - 1]);
    atomic_store_explicit(&r->boards[0]->done, r->before + leads->n_done, memory_order_release);
}

static void move(struct ls_comm_reducer *r)
{
    add_what_is_ready(r);
    if (r->leads.nodes > 0)
        lead(r);
}

static bool is_done(const struct ls_comm_reducer *r)
{
    if (r->comm->place.nodes == 1)
        return least_added(r) == r->n_ready;
    return atomic_load_explicit(&r->boards[0]->done, memory_order_acquire) ==
           r->before + r->n_ready;
}

void ls_comm_reducer_ready(struct ls_reducer *reducer, size_t begin, size_t len)
{
    struct ls_comm_reducer *const r = reducer->own;
    if (!r)
        return;
    const struct ls_range last = r->open.len > 0  ? r->open
                                 : r->n_ready > 0 ? r->buckets[r->n_ready - 1]
                                                  : (struct ls_range){reducer->len, 0};
    LS_ASSERT(begin + len <= last.begin); /* from the end to the front */
    const size_t before = r->n_ready;
    if (r->open.len > 0 && r->open.begin - (begin + len) > MAX_GAP)
        close_bucket(r, r->open.len);
    if (r->open.len > 0)
        r->open.len += r->open.begin - begin;
    else
        r->open.len = len;
    r->open.begin = begin;
    while (r->open.len >= r->bucket)
        close_bucket(r, r->bucket);
    if (r->n_ready > before)
        tell_ready(r);
    move(r);
}

void ls_comm_reducer_poll(struct ls_reducer *reducer)
{
    if (reducer->own)
        move(reducer->own);
}

void ls_comm_reducer_finish(struct ls_reducer *reducer)
{
    struct ls_comm_reducer *const r = reducer->own;
    if (!r)
        return;
    if (r->open.len > 0) { /* which nobody has touched yet, so that all leaders treat it alike */
        r->gathers_last = r->open.len <= r->max_gathered;
        close_bucket(r, r->open.len);
    }
    tell_ready(r);
    unsigned spins = 0;
    for (move(r); !is_done(r); move(r))
        ls_comm_wait(r->comm, &spins);
    r->before += r->n_ready;
    r->n_ready = r->n_added = 0;
    r->leads.n_sent = r->leads.n_summed = r->leads.n_done = 0;
    r->gathers_last = false;
}
