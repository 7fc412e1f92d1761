/* Penalties on the parameters, `regularize:` of a job: l1 sum |w| + l2 / 2 sum w^2 is added to the
 * loss. Their gradient joins after the reduction and the division, before the norm is taken;
 * joined before a sum over ranks it would count once per rank. */
#ifndef LOCKSTEP_OPTIM_PENALTY_H
#define LOCKSTEP_OPTIM_PENALTY_H

#include <stddef.h>

#include "src/base/option.h"
#include "src/base/real.h"

struct ls_penalty {
    double l1, l2;   /* 0: none */
    double max_norm; /* of what one output of dense or conv sees, after an update; 0: no limit */
};

extern const struct ls_option ls_penalty_options[];

/** Reads `regularize:`; node NULL: none.  Errors: LS_USAGE.  Collective: no. */
ls_status ls_penalty_parse(struct ls_penalty *penalty, const struct ls_node *node,
                           struct ls_arena *arena);

/** g += l1 sign(w) + l2 w, with sign(0) = 0; w, g (len).  Collective: no. */
void ls_penalty_add(const struct ls_penalty *penalty, size_t len, const real *restrict w,
                    real *restrict g);

#endif
