/* Log-softmax of one sample in double, for the losses over classes: log p_c = z_c - shift. The
 * largest output leaves the sum before the logarithm, so that log p keeps its digits where p is
 * within a rounding of 1, and nothing overflows. */
#ifndef LOCKSTEP_LOSSES_SOFTMAX_H
#define LOCKSTEP_LOSSES_SOFTMAX_H

#include <stddef.h>

#include "src/base/real.h"

struct ls_softmax {
    double max, log_sum; /* log p_c = (z_c - max) - log_sum */
};

/** Reads z (K), K > 0, finite.  Collective: no.  Cost: K exponentials. */
struct ls_softmax ls_softmax(size_t k, const real *restrict z);

/** log p of an output z_c of the sample that `softmax` was made from.  Collective: no. */
static inline double ls_softmax_log(const struct ls_softmax *softmax, real z)
{
    return ((double)z - softmax->max) - softmax->log_sum;
}

#endif
