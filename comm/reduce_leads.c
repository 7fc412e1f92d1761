#include "comm/reducer.h"

#include <string.h>

enum { TAG_VALUES = 1, TAG_SUM = 2 };

static struct ls_range chunk_of(const struct ls_comm_reducer *r, size_t bucket, int node)
{
    return ls_range_cut(r->buckets[bucket], (size_t)r->leads.nodes, (size_t)node);
}

static int n_kept_of(const struct ls_comm_reducer *r, int node)
{
    return r->plan.kept_first[node + 1] - r->plan.kept_first[node];
}

ls_status ls_leads_init(struct ls_comm_reducer *r, struct ls_arena *arena)
{
    struct ls_leads *const leads = &r->leads;
    const size_t nodes = (size_t)r->comm->place.nodes;
    leads->nodes = r->comm->place.nodes;
    leads->node = r->comm->my_node;
    leads->max_chunk = ls_range_cut((struct ls_range){0, r->bucket}, nodes, 0).len;
    const size_t n_kept = (size_t)r->plan.kept_first[leads->nodes];
    const size_t n_mine = (size_t)n_kept_of(r, leads->node);
    leads->value = ls_arena_get(arena, n_kept, sizeof *leads->value);
    leads->gathered = ls_arena_get(arena, n_kept * r->max_gathered, sizeof(real));
    leads->counts = ls_arena_get(arena, nodes, sizeof(int));
    leads->places = ls_arena_get(arena, nodes, sizeof(int));
    if (!leads->value || !leads->gathered || !leads->counts || !leads->places)
        return LS_OTHER;
    for (int i = 0; i < LS_LEAD_SLOTS; i++) {
        struct ls_lead_slot *const slot = &leads->slot[i];
        slot->received = ls_arena_get(arena, n_kept * leads->max_chunk, sizeof(real));
        slot->in = ls_arena_get(arena, n_kept, sizeof(MPI_Request));
        slot->others = ls_arena_get(arena, nodes * (n_mine + 2), sizeof(MPI_Request));
        if (!slot->received || !slot->in || !slot->others)
            return LS_OTHER;
    }
    return LS_OK;
}

/* Sends everyone their chunks of a bucket and gets ready for this leader's chunk. The partners go
 * round from the next node on, so that no leader is everyone's first. */
static void exchange(struct ls_comm_reducer *r, size_t bucket)
{
    struct ls_leads *const leads = &r->leads;
    struct ls_lead_slot *const slot = &leads->slot[bucket % LS_LEAD_SLOTS];
    const struct ls_range mine = chunk_of(r, bucket, leads->node);
    slot->n_in = slot->n_others = 0;
    for (int step = 1; step < leads->nodes && mine.len > 0; step++) {
        const int from = (leads->node + leads->nodes - step) % leads->nodes;
        for (int i = r->plan.kept_first[from]; i < r->plan.kept_first[from + 1]; i++)
            MPI_Irecv(slot->received + (size_t)i * leads->max_chunk, (int)(mine.len * sizeof(real)),
                      MPI_BYTE, from, TAG_VALUES, r->comm->leads, &slot->in[slot->n_in++]);
    }
    for (int step = 1; step < leads->nodes; step++) {
        const int to = (leads->node + step) % leads->nodes;
        const struct ls_range theirs = chunk_of(r, bucket, to);
        for (int i = 0; i < n_kept_of(r, leads->node) && theirs.len > 0; i++)
            MPI_Isend(r->value[r->plan.kept[i]] + theirs.begin, (int)(theirs.len * sizeof(real)),
                      MPI_BYTE, to, TAG_VALUES, r->comm->leads, &slot->others[slot->n_others++]);
    }
}

/* Adds leads->value up to the root, into `sum`; values are overwritten. */
static void add_up(const struct ls_comm_reducer *r, real *sum, size_t len)
{
    real *const *const value = r->leads.value;
    for (size_t at = 0; at < len; at += LS_ADD_LEN) {
        const size_t n = len - at < LS_ADD_LEN ? len - at : LS_ADD_LEN;
        for (int k = 0; k < r->plan.n_lead; k++) {
            const struct ls_tree_op op = r->plan.lead[k];
            real *const to = k + 1 < r->plan.n_lead ? value[op.dst] : sum;
            ls_reduce_add(to + at, value[op.dst] + at, value[op.src] + at, n);
        }
    }
}

/* Adds this leader's chunk, all of whose values are there, and sends the sum to everyone. */
static void add_and_send(struct ls_comm_reducer *r, size_t bucket)
{
    struct ls_leads *const leads = &r->leads;
    struct ls_lead_slot *const slot = &leads->slot[bucket % LS_LEAD_SLOTS];
    const struct ls_range mine = chunk_of(r, bucket, leads->node);
    const int first = r->plan.kept_first[leads->node];
    for (int i = 0; i < r->plan.kept_first[leads->nodes]; i++)
        leads->value[i] = slot->received + (size_t)i * leads->max_chunk;
    for (int i = 0; i < n_kept_of(r, leads->node); i++)
        leads->value[first + i] = r->value[r->plan.kept[i]] + mine.begin;
    add_up(r, r->sum + mine.begin, mine.len);
    for (int step = 1; step < leads->nodes; step++) {
        const int from = (leads->node + leads->nodes - step) % leads->nodes;
        const int to = (leads->node + step) % leads->nodes;
        const struct ls_range theirs = chunk_of(r, bucket, from);
        if (theirs.len > 0)
            MPI_Irecv(r->sum + theirs.begin, (int)(theirs.len * sizeof(real)), MPI_BYTE, from,
                      TAG_SUM, r->comm->leads, &slot->others[slot->n_others++]);
        if (mine.len > 0)
            MPI_Isend(r->sum + mine.begin, (int)(mine.len * sizeof(real)), MPI_BYTE, to, TAG_SUM,
                      r->comm->leads, &slot->others[slot->n_others++]);
    }
}

static bool have_come(int n, MPI_Request *requests)
{
    int come = 0;
    MPI_Testall(n, requests, &come, MPI_STATUSES_IGNORE);
    return come != 0;
}

/* A bucket is cut into one chunk per node. A leader adds its chunk of what every node has kept, in
 * the order of the tree, and sends the sum back. With three nodes that keep one value each (a, b, c
 * the chunks, number = value, S = sum):
 *
 *     node 0   a0 b0 c0        a0 a1 a2        Sa .. ..        Sa Sb Sc
 *     node 1   a1 b1 c1  --->  b0 b1 b2  add>  .. Sb ..  --->  Sa Sb Sc
 *     node 2   a2 b2 c2        c0 c1 c2        .. .. Sc        Sa Sb Sc
 *
 * Up to LS_LEAD_SLOTS buckets are under way; each step is taken in the order of the buckets, on all
 * leaders, so that messages of one kind between two leaders cannot be taken for each other.
 *
 * Cost: per bucket, (kept + 1) (nodes - 1) messages from each leader; in all it sends (kept + 1)
 * (nodes - 1) / nodes times the vector, and holds LS_LEAD_SLOTS chunks of all kept values.
 * Limitations: one message to every other leader, so with many nodes latency counts; the leader
 * alone adds what comes from other nodes. */
void ls_leads_poll(struct ls_comm_reducer *r, size_t n_added)
{
    struct ls_leads *const leads = &r->leads;
    while (leads->n_sent < n_added && leads->n_sent - leads->n_done < LS_LEAD_SLOTS)
        exchange(r, leads->n_sent++);
    while (leads->n_summed < leads->n_sent) {
        struct ls_lead_slot *const slot = &leads->slot[leads->n_summed % LS_LEAD_SLOTS];
        if (!have_come(slot->n_in, slot->in))
            break;
        add_and_send(r, leads->n_summed++);
    }
    while (leads->n_done < leads->n_summed) {
        struct ls_lead_slot *const slot = &leads->slot[leads->n_done % LS_LEAD_SLOTS];
        if (!have_come(slot->n_others, slot->others))
            break;
        leads->n_done++;
    }
}

/* Every leader gets all kept values and adds them by itself. With nodes 0, 1, 2 that keep 2, 1 and
 * 1 values v:
 *
 *     node 0   v0 v1                               (v0 + v1) + (v2 + v3)
 *     node 1   v2     -- gather -> v0 … v3 -- add -> the same
 *     node 2   v3                                  the same
 *
 * Cost: O(log nodes) messages; all kept bytes to every leader; all additions on every leader.
 * Limitations: bytes and additions grow with the nodes, so only for short buckets; it waits, so
 * only for the last, when there is nothing else to do. */
void ls_leads_gather(struct ls_comm_reducer *r, struct ls_range range)
{
    struct ls_leads *const leads = &r->leads;
    const size_t n_kept = (size_t)r->plan.kept_first[leads->nodes];
    const int first = r->plan.kept_first[leads->node];
    for (int k = 0; k < leads->nodes; k++) {
        leads->counts[k] = (int)((size_t)n_kept_of(r, k) * range.len * sizeof(real));
        leads->places[k] = (int)((size_t)r->plan.kept_first[k] * range.len * sizeof(real));
    }
    for (size_t i = 0; i < n_kept; i++)
        leads->value[i] = leads->gathered + i * range.len;
    for (int i = 0; i < n_kept_of(r, leads->node); i++)
        memcpy(leads->value[first + i], r->value[r->plan.kept[i]] + range.begin,
               range.len * sizeof(real));
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_BYTE, leads->gathered, leads->counts, leads->places,
                   MPI_BYTE, r->comm->leads);
    add_up(r, r->sum + range.begin, range.len);
    leads->n_sent++;
    leads->n_summed++;
    leads->n_done++;
}
