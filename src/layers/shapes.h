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

/** What ls_pool_plan worked out.  Collective: no. */
void ls_pool_window(const struct ls_layer *layer, struct ls_window *window);

/** Refuses a shape of more than INT_MAX elements, and one without any.
 *  Errors: LS_USAGE.  Collective: no. */
ls_status ls_shape_check(struct ls_shape shape);

/* The taps [begin, end) of a window that lie inside an axis of the image. Some do wherever it
 * stands, as pad is at most half its size. */
struct ls_span {
    size_t begin, end;
};

/** Taps of the window at place `out` of an axis of `len`; tap i lies at out * stride + i - pad.
 *  Collective: no. */
static inline struct ls_span ls_taps_inside(size_t out, size_t stride, size_t pad, size_t size,
                                            size_t len)
{
    const size_t first = out * stride, room = len + pad - first;
    return (struct ls_span){first < pad ? pad - first : 0, room < size ? room : size};
}

/* The part of a window that lies inside the image, for one output pixel. */
struct ls_taps {
    size_t rows, columns;
    size_t first;     /* number of its first tap: row times the window's width plus column */
    size_t at;        /* of that tap in the image, in reals */
    size_t image_row; /* reals from one row of the image to the next */
};

/** The taps under output pixel (row, column), where `row` counts over the samples of a call.
 *  layer  planned by ls_pool_plan    Collective: no. */
static inline struct ls_taps ls_window_taps(const struct ls_layer *layer, size_t row, size_t column)
{
    const struct ls_window *v = layer->plan;
    const struct ls_shape in = layer->in[0];
    const size_t y = row % v->out.h, sample = row / v->out.h;
    const struct ls_span down = ls_taps_inside(y, v->stride.h, v->pad.h, v->size.h, in.h);
    const struct ls_span across = ls_taps_inside(column, v->stride.w, v->pad.w, v->size.w, in.w);
    const size_t image_y = y * v->stride.h + down.begin - v->pad.h;
    const size_t image_x = column * v->stride.w + across.begin - v->pad.w;
    return (struct ls_taps){down.end - down.begin, across.end - across.begin,
                            down.begin * v->size.w + across.begin,
                            ((sample * in.h + image_y) * in.w + image_x) * in.c, in.w * in.c};
}

/** Whether windows do not overlap.  Collective: no. */
bool ls_window_is_apart(const struct ls_window *window);

/** Whether every pixel of `in` is under a window, where windows do not overlap. Collective: no. */
bool ls_window_covers(const struct ls_window *window, struct ls_shape in);

/* to (C) += scale from (C): one pixel's channels. */
static inline void ls_add_scaled(size_t c, real scale, const real *restrict from, real *restrict to)
{
    for (size_t i = 0; i < c; i++)
        to[i] += scale * from[i];
}

/** to (columns, rows) = transpose of from (rows, columns), for each of n samples; from and to may
 * be one where rows or columns are.  Collective: no. */
void ls_flip(size_t n, size_t rows, size_t columns, const real *from, real *to);

/** The plan of layers whose output has the shape of their input.  Collective: no. */
ls_status ls_same_shape_plan(struct ls_layer *layer);

#endif
