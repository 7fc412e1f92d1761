/* The reducer's inside: buckets of the vector, which the ranks of a node add together
 * (reduce_node.c) and the nodes' leaders exchange (reduce_leads.c, reduce_gathered.c), moved along
 * by reducer.c. */
#ifndef LOCKSTEP_COMM_REDUCER_H
#define LOCKSTEP_COMM_REDUCER_H

#include "comm/reduce_plan.h"

/* LS_ADD_LEN reals of all values that meet in one addition stay in the cache; what ranks share out
 * begins on cache lines of LS_LINE_LEN reals. */
enum { LS_ADD_LEN = 4096, LS_LINE_LEN = 64 / (int)sizeof(real) };

/* A run of the vector. */
struct ls_range {
    size_t begin, len;
};

/* How many buckets a rank has come through since the reducer was made, for its neighbours to see;
 * on a cache line of its own. */
struct ls_reducer_board {
    _Alignas(64) _Atomic uint64_t ready; /* its pieces are there */
    _Atomic uint64_t added;              /* it has added its part of them */
    _Atomic uint64_t done;               /* the leader's board: the sum is there */
    _Atomic uint64_t claimed;            /* the leader's board: one rank adds it for all */
};

/* Buckets that are between the leaders at a time. */
enum { LS_LEAD_SLOTS = 4 };

/* One bucket between the leaders. */
struct ls_lead_slot {
    real *received;      /* (n_kept, max_chunk) kept values of this leader's chunk */
    MPI_Request *in;     /* values that come */
    MPI_Request *others; /* values that go, sums that come and go */
    int n_in, n_others;
};

/* The leaders' exchange; only leaders have it, and only with two nodes or more. */
struct ls_leads {
    int nodes, node;
    size_t max_chunk;
    real **value; /* (n_kept) where each kept value of a chunk lies */
    struct ls_lead_slot slot[LS_LEAD_SLOTS];
    real *gathered;       /* (n_kept, max_gathered) */
    int *counts, *places; /* (nodes) of what is gathered */
    size_t n_sent;        /* buckets whose values are under way */
    size_t n_summed;      /* whose sums are under way */
    size_t n_done;
};

struct ls_comm_reducer {
    struct ls_comm *comm;
    struct ls_reduce_plan plan;
    size_t bucket, max_gathered;      /* in reals */
    struct ls_reducer_board **boards; /* (node_size) */
    real **value;                     /* this node's: pieces, scratch, sum */
    real *sum;
    struct ls_range *buckets; /* of this step */
    size_t max_buckets;
    struct ls_range open; /* what is ready, yet no bucket; len = 0: nothing */
    bool gathers_last;    /* the leaders gather the last bucket of this step */
    size_t n_ready, n_added;
    uint64_t before; /* buckets of earlier steps */
    struct ls_leads leads;
};

/** Part i of n equal ones of `whole`, on cache lines.  Collective: no. */
struct ls_range ls_range_cut(struct ls_range whole, size_t n, size_t i);

/** out = a + b; out may be a or b.  Collective: no. */
void ls_reduce_add(real *out, const real *a, const real *b, size_t len);

/** Adds up all values of the node in `range`, into the kept pieces or the sum.  Collective: no:
 *  the ranges of different ranks do not overlap. */
void ls_reduce_node(const struct ls_comm_reducer *r, struct ls_range range);

/** Plans the exchange for buckets of at most r->bucket reals.
 *  Errors: memory.  Owner: arena.  Collective: no. */
ls_status ls_leads_init(struct ls_comm_reducer *r, struct ls_arena *arena);

/** Moves the exchange of the first n_added buckets, which the node has added, as far as it goes
 *  without waiting.  Collective: no. */
void ls_leads_poll(struct ls_comm_reducer *r, size_t n_added);

/** Adds up a short bucket when all before it are done.  Collective: yes, among the leaders. */
void ls_leads_gather(struct ls_comm_reducer *r, struct ls_range range);

#endif
