/* Dimension letters, the same everywhere: N samples, C channels, H height, W width, L length (of
 * 1-D signals), F features, K outputs of a layer. `dx` is the gradient of `x`. Tensors are NHWC
 * in memory and NCHW in files; a 1-D signal (C, L) is an image of height 1 and width L. */
#ifndef LOCKSTEP_BASE_DIMS_H
#define LOCKSTEP_BASE_DIMS_H

#include <stdbool.h>
#include <stddef.h>

/* The shape of one sample. axes 1: features, c = F and h = w = 1; 2: (C, L), h = 1 and w = L;
 * 3: (C, H, W). */
struct ls_shape {
    int axes;
    size_t c, h, w;
};

static inline size_t ls_shape_len(struct ls_shape s)
{
    return s.c * s.h * s.w;
}

static inline bool ls_shape_equal(struct ls_shape a, struct ls_shape b)
{
    return a.axes == b.axes && a.c == b.c && a.h == b.h && a.w == b.w;
}

enum { LS_SHAPE_TEXT = 80 };

/** Writes "(16, 32, 32)" into text (LS_SHAPE_TEXT) and returns it.  Collective: no. */
const char *ls_shape_text(struct ls_shape shape, char *text);

#endif
