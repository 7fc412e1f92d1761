/* The gradient that an optimiser takes, from the sum over the batch: divided, with penalties,
 * clipped. It is never stored whole: a run at a time is made where it is needed, first for the
 * norm and again for the update, while the slab of sums is only read. */
#ifndef LOCKSTEP_OPTIM_GRADIENT_H
#define LOCKSTEP_OPTIM_GRADIENT_H

#include "src/optim/clip.h"
#include "src/optim/penalty.h"

struct ls_gradient {
    const real *sum;           /* the slab, as reduced */
    real divisor;              /* sum of weights over the global batch */
    struct ls_penalty penalty; /* of the parameters that it applies to */
    real factor;               /* from ls_clip_factor; 1: no clipping by norm */
    double limit;              /* of clipping by value; 0: none */
};

/** Elements [begin, begin + len) of the gradient:
 *    g = clip(sum / divisor + l1 sign(w) + l2 w)
 *  w  the slab of parameters, read when there are penalties     g  (len), overwritten
 *  Collective: no. */
void ls_gradient_get(const struct ls_gradient *gradient, size_t begin, size_t len, const real *w,
                     real *restrict g);

#endif
