/* Hard examples come again: what `sampler.hard` of a job says. The loss of every training sample
 * is remembered (recall.h); now and then the hardest are put into a pool (pool.h), from which a
 * share of every batch is then drawn (draw.h). When that happens is a function of the step alone,
 * so that batches can be read ahead: replay.h. */
#ifndef LOCKSTEP_HARD_OPTIONS_H
#define LOCKSTEP_HARD_OPTIONS_H

#include <stdint.h>

#include "src/base/option.h"

struct ls_hard {
    bool on;
    double share;   /* of a batch, drawn from the pool; 0: losses are remembered, no more */
    double pool;    /* share of the samples seen, the hardest */
    double power;   /* weights are loss^power */
    double discard; /* share of the samples seen that is left out, harder than the pool */
    double mean;    /* of what was remembered in the exponential mean; 0: the last loss alone */
    size_t warmup_epochs;
    size_t refresh; /* steps between pools; 0: one for each epoch */
};

/** Rows of `sampler.hard`, for the help and the defaults.  */
extern const struct ls_option ls_hard_options[];

/** Reads `hard:` of a job: none, a share, or a map; NULL: none.
 *  Errors: LS_USAGE.  Collective: no. */
ls_status ls_hard_parse(struct ls_hard *hard, const struct ls_node *node, struct ls_arena *arena);

/** Rows of a batch that are drawn from the pool, by fair rounding over time: rows [before,
 *  before + n) of all that come one after another have floor(share (before + n)) - floor(share
 *  before), so that any run of batches has its share to within one row.  Collective: no. */
size_t ls_hard_rows(double share, uint64_t before, size_t n);

#endif
