/* Batch-norm's sums over the rows of one shard, per channel: the loops that see every value. In
 * double, each value once. Which additions are made, and in which order, follows from the number
 * of rows and channels alone. */
#ifndef LOCKSTEP_LAYERS_BN_SUMS_H
#define LOCKSTEP_LAYERS_BN_SUMS_H

#include <stddef.h>

#include "src/base/real.h"

/** How many rows are taken side by side, so that loops over few channels are long enough to be
 *  worth vectors: 1 from 64 channels on, at most 128 values otherwise.  Collective: no. */
size_t ls_bn_side_by_side(size_t c);

/** Means, and sums of squared deviations from them.
 *  x  (rows, C)    mean, m2  (C), overwritten; zeros when there are no rows
 *  Collective: no.  Errors: none. */
void ls_bn_moments(size_t rows, size_t c, const real *x, double *mean, double *m2);

/** Sums of dy, and of dy (x - mean).
 *  x, dy  (rows, C)    mean  (C)    sum, sum_x  (C), overwritten
 *  Collective: no.  Errors: none. */
void ls_bn_products(size_t rows, size_t c, const real *x, const real *dy, const double *mean,
                    double *sum, double *sum_x);

#endif
