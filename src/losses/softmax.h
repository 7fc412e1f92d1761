/* Log-softmax of one sample in double, for the losses over classes: log p_c = u_c - max - log_sum,
 * where u is made of the model's outputs z. The largest u leaves the sum before the logarithm, so
 * that log p keeps its digits where p is within a rounding of 1, and nothing overflows. */
#ifndef LOCKSTEP_LOSSES_SOFTMAX_H
#define LOCKSTEP_LOSSES_SOFTMAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/real.h"

enum { LS_EVERY_CLASS = -1 };

/* u_c = scale (z_c + shift_c) */
struct ls_logits {
    size_t k;
    const real *z;       /* (K) */
    const double *shift; /* (K), NULL: none */
    int32_t only;        /* the class that alone is shifted; LS_EVERY_CLASS */
    double scale;        /* above 0 */
};

struct ls_softmax {
    struct ls_logits of;
    double max, log_sum;
};

/** u_c.  Collective: no. */
static inline double ls_logit(const struct ls_logits *logits, size_t c)
{
    const bool shifted = logits->shift && (logits->only < 0 || (size_t)logits->only == c);
    const double z = (double)logits->z[c];
    return logits->scale * (shifted ? z + logits->shift[c] : z);
}

/** Of z (K) as it is, or made into u; K > 0, finite.  Collective: no.  Cost: K exponentials. */
struct ls_softmax ls_softmax(size_t k, const real *z);
struct ls_softmax ls_softmax_of(const struct ls_logits *logits);

/** log p_c.  Collective: no. */
static inline double ls_softmax_log(const struct ls_softmax *softmax, size_t c)
{
    return (ls_logit(&softmax->of, c) - softmax->max) - softmax->log_sum;
}

/** The gradient of a value that depends on z by log p_y alone.
 *  slope  d value / d log p_y     dz  (K) overwritten
 *  Collective: no.  Cost: K exponentials. */
void ls_softmax_slope(const struct ls_softmax *softmax, size_t y, double slope, real *restrict dz);

#endif
