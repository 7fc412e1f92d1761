/* What the plans of several kinds share: values per axis, windows that slide over an image, a
 * guard against sizes that no machine holds, and the plan of layers that keep their input's
 * shape. Messages are worded with the sizes; the model adds the place and the layer's name. */
#ifndef LOCKSTEP_LAYERS_SHAPES_H
#define LOCKSTEP_LAYERS_SHAPES_H

#include "src/layers/layer.h"

/* A value for each axis of an image; h belongs to height 1 on 1-D input. */
struct ls_pair {
    size_t h, w;
};

/* A window of `size` taps, `dilation` apart, that moves by `stride` over an image with `pad`
 * elements around it. */
struct ls_window {
    struct ls_pair size, stride, pad, dilation;
    struct ls_pair out; /* how many places it takes */
};

/* The table of kinds without arguments. */
extern const struct ls_option ls_no_options[];

/** The values of the argument `name` for the axes of `in`; on 1-D input h is `flat`, which leaves
 *  an axis of length 1 as it is (1 for sizes, strides and dilations, 0 for pads).
 *  Errors: LS_USAGE: features instead of an image, a list of another length.  Collective: no. */
ls_status ls_axes_pair(const struct ls_axes *axes, const char *name, struct ls_shape in,
                       size_t flat, struct ls_pair *pair);

/** Fills window->out from the other fields; out = (in + 2 pad - reach) / stride + 1, rounded
 *  down.  `name` is what messages call the window ("kernel").
 *  Errors: LS_USAGE: the window is larger than the padded input.  Collective: no. */
ls_status ls_window_place(struct ls_window *window, const char *name, struct ls_shape in);

/* The arguments of max_pool and avg_pool. */
struct ls_pool_args {
    struct ls_axes size, stride, pad;
};

extern const struct ls_option ls_pool_options[];

/** Plans a pooling layer: layer->out, and a ls_window in layer->plan.
 *  Errors: LS_USAGE, as above, and a pad above half the size; memory.  Collective: no. */
ls_status ls_pool_plan(struct ls_layer *layer);

/** Refuses a shape of more than INT_MAX elements, and one without any.
 *  Errors: LS_USAGE.  Collective: no. */
ls_status ls_shape_check(struct ls_shape shape);

/* to (C) += scale from (C): one pixel's channels. */
static inline void ls_add_scaled(size_t c, real scale, const real *restrict from, real *restrict to)
{
    for (size_t i = 0; i < c; i++)
        to[i] += scale * from[i];
}

/** The plan of layers whose output has the shape of their input.  Collective: no. */
ls_status ls_same_shape_plan(struct ls_layer *layer);

#endif
