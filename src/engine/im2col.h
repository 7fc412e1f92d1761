/* Convolution as a matrix product: the patch of x under each output pixel becomes one row of a
 * matrix, laid out [group][KH][KW][C / groups] to match the weights. Work goes by rows of output
 * pixels: row r of a shard is row r % OH of sample r / OH. */
#ifndef LOCKSTEP_ENGINE_IM2COL_H
#define LOCKSTEP_ENGINE_IM2COL_H

#include "src/engine/engine.h"

/** Elements of the patch under one output pixel: C KH KW.  Collective: no. */
static inline size_t ls_patch_len(const struct ls_conv_sizes *s)
{
    return s->c * s->kh * s->kw;
}

/** The patches of output rows [begin, end); zeros where a patch leaves the image.
 *  x  (N, H, W, C)     col  (end - begin, OW, patch)  overwritten
 *  Collective: no.  Errors: none. */
void ls_im2col(const struct ls_conv_sizes *sizes, size_t begin, size_t end, const real *restrict x,
               real *restrict col);

/** The transpose: adds each patch to where it came from.
 *  col  (end - begin, OW, patch)     dx  (N, H, W, C)  added to
 *  Collective: no.  Errors: none. */
void ls_col2im(const struct ls_conv_sizes *sizes, size_t begin, size_t end,
               const real *restrict col, real *restrict dx);

#endif
