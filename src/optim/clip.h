/* Clipping of the whole gradient, after the reduction: by its norm, or each element. The norm is
 * taken in double over blocks that depend on the gradient's length alone, each in eight lanes
 * that are added in a fixed order, and the blocks are added in order. So threads may share the
 * blocks out as they like, and the norm has the same bits. */
#ifndef LOCKSTEP_OPTIM_CLIP_H
#define LOCKSTEP_OPTIM_CLIP_H

#include <stddef.h>

#include "src/base/option.h"
#include "src/base/real.h"

enum { LS_NORM_BLOCK = 4096 };

/* `clip:` of a job; 0: no clipping of that sort. */
struct ls_clip {
    double norm, value;
    double adaptive; /* largest norm of a tensor's gradient to that of the tensor */
};

extern const struct ls_option ls_clip_options[];

/** Reads `clip:`; node NULL: none.  Errors: LS_USAGE; both given is one.  Collective: no. */
ls_status ls_clip_parse(struct ls_clip *clip, const struct ls_node *node, struct ls_arena *arena);

/** How many blocks a gradient of `len` elements has.  Collective: no. */
size_t ls_norm_blocks(size_t len);

/** Sum of squares of block `block` of g (len).  Collective: no. */
double ls_norm_block(const real *g, size_t len, size_t block);

/** The L2 norm from the sums of its blocks, partial (n_blocks).  Collective: no. */
double ls_norm_total(const double *partial, size_t n_blocks);

/** The L2 norm of g (len), block after block; the same bits as from ls_norm_total.
 *  Collective: no. */
double ls_norm(const real *g, size_t len);

/** What to multiply the gradient by so that its norm is at most max_norm; 1 when max_norm is 0.
 *  Collective: no.  Source: torch.nn.utils.clip_grad_norm_: min(1, max_norm / (norm + 1e-6)). */
real ls_clip_factor(double norm, double max_norm);

/** g (len) *= factor; nothing when factor is 1.  Collective: no. */
void ls_clip_scale(real *g, size_t len, real factor);

/** Moves the elements of g (len) into [-limit, limit]; nothing when limit is 0; NaN stays.
 *  Collective: no.  Source: torch.nn.utils.clip_grad_value_. */
void ls_clip_value(real *g, size_t len, double limit);

#endif
