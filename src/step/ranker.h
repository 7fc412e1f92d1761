/* Keeps the scores of an evaluation, so that each class can be ranked over the samples of all
 * ranks: a key of 32 bits for each sample of this rank and each class.
 *
 * Classes are dealt to the ranks, which sort at the same time:
 *
 *     keys of rank 0   c0 c1 c2           rank 0: all of c0           rankings of c0 c1 c2 ...
 *             rank 1   c0 c1 c2    -->    rank 1: all of c1    -->    on every rank
 *             rank 2   c0 c1 c2           rank 2: all of c2
 *
 * Cost: K gathers of the samples to all ranks; memory 4 bytes times K times the rank's samples, and
 * twice 4 bytes times all samples. Figures do not depend on the order of the keys. */
#ifndef LOCKSTEP_STEP_RANKER_H
#define LOCKSTEP_STEP_RANKER_H

#include "src/data/plan.h"
#include "src/metrics/metrics.h"
#include "src/step/workspace.h"

struct ls_ranker {
    const struct ls_peers *peers;
    enum ls_metric_kind kind;
    size_t k;
    uint64_t room, len;          /* samples of this rank: room for them, there so far */
    uint32_t *keys;              /* (K, room) */
    uint32_t *gathered;          /* (samples of all ranks) one class */
    uint32_t *dealt;             /* (samples of all ranks) the class that this rank sorts */
    uint64_t *lens;              /* (size) samples of each rank */
    size_t *bytes;               /* (size) */
    struct ls_ranking *rankings; /* (K) */
    struct ls_ranking *round;    /* (size) one class of each rank */
};

/** Takes memory for the samples of one pass over `plan`.
 *  kind  classes or labels
 *  Owner: arena.  Errors: memory.  Collective: no. */
ls_status ls_ranker_init(struct ls_ranker *ranker, const struct ls_workspace *ws,
                         const struct ls_plan *plan, enum ls_metric_kind kind, size_t k,
                         struct ls_arena *arena);

/** Adds a sample of this rank: scores (K), and what is true of it, as for ls_metrics_add_bins.
 *  Collective: no.  Errors: none. */
void ls_ranker_add(struct ls_ranker *ranker, const float *restrict scores, int32_t class_,
                   const real *restrict values);

/** Ranks the classes over the samples of all ranks, and forgets the samples.
 *  Returns (K), valid until the next call.  Collective: yes.  Errors: none. */
const struct ls_ranking *ls_ranker_run(struct ls_ranker *ranker);

#endif
