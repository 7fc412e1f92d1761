/* When hard examples come again. What is remembered changes with every step, while batches are
 * read several steps ahead; so batches are drawn from a pool that stays as it is for a period of
 * steps, and nothing is read past the end of it before the next pool is there:
 *
 *     step     0 ......... begin ......... begin + period ......... begin + 2 period ...
 *     losses   remembered, step by step
 *     pool     none        of step begin   of step begin + period   ...
 *
 * The pool of a period is a function of the losses at its beginning, and a batch one of the step
 * and the pool. */
#ifndef LOCKSTEP_HARD_REPLAY_H
#define LOCKSTEP_HARD_REPLAY_H

#include "src/hard/pool.h"

struct ls_replay {
    struct ls_hard hard;
    uint64_t begin, period; /* steps; the losses are only remembered: no step is the first */
    struct ls_recall recall;
    struct ls_pool pool;
    const int32_t *groups; /* of this rank's samples; NULL: all of group 0 */
};

/* What replay is made for. */
struct ls_replay_spec {
    const struct ls_peers *peers;
    struct ls_hard hard; /* on */
    uint64_t len;        /* samples of the dataset */
    uint64_t steps_per_epoch;
    size_t n_groups;        /* at least 1 */
    const uint64_t *counts; /* (n_groups) samples of each group that are trained on */
};

/** Nothing remembered, and an empty pool.
 *  Owner: arena.  Errors: memory, the same on all ranks.  Collective: yes. */
ls_status ls_replay_init(struct ls_replay *replay, const struct ls_replay_spec *spec,
                         struct ls_arena *arena);

/** Whether a pool is filled before step s.  Collective: no. */
bool ls_replay_is_due(const struct ls_replay *replay, uint64_t s);

/** The first step after s that needs another pool than s; UINT64_MAX: none.  Collective: no. */
uint64_t ls_replay_limit(const struct ls_replay *replay, uint64_t s);

/** Fills the pool from what is remembered now.  Collective: yes.  Errors: none. */
void ls_replay_fill(struct ls_replay *replay);

#endif
