#include "src/layers/shapes.h"

#include <limits.h>
#include <string.h>

const struct ls_option ls_no_options[] = {{.name = NULL}};

enum { MAX_WINDOW = 1 << 20 };

const struct ls_option ls_pool_options[] = {
    {"size", LS_AXES, offsetof(struct ls_pool_args, size), NULL, 1, MAX_WINDOW, NULL,
     "height and width of the window"},
    {"stride", LS_AXES, offsetof(struct ls_pool_args, stride), "", 1, MAX_WINDOW, NULL,
     "step of the window [size]"},
    {"pad", LS_AXES, offsetof(struct ls_pool_args, pad), "0", 0, MAX_WINDOW, NULL,
     "elements around the image, at most half the size"},
    {.name = NULL}};

ls_status ls_axes_pair(const struct ls_axes *axes, const char *name, struct ls_shape in,
                       size_t flat, struct ls_pair *pair)
{
    char text[LS_SHAPE_TEXT];
    const size_t image_axes = (size_t)in.axes - 1;
    if (image_axes == 0)
        return ls_fail(LS_USAGE, "takes (C, L) or (C, H, W), got features %s",
                       ls_shape_text(in, text));
    if (axes->len > 1 && axes->len != image_axes)
        return ls_fail(LS_USAGE, "%s lists %zu values, but its input %s has %zu axis besides C",
                       name, axes->len, ls_shape_text(in, text), image_axes);
    LS_ASSERT(axes->len > 0);
    pair->h = in.axes == 2 ? flat : axes->value[0];
    pair->w = axes->value[axes->len - 1];
    return LS_OK;
}

static ls_status place(const char *name, struct ls_shape in, size_t len, const size_t *taps,
                       size_t *out)
{
    const size_t size = taps[0], stride = taps[1], pad = taps[2], dilation = taps[3];
    const size_t reach = dilation * (size - 1) + 1, room = len + 2 * pad;
    char text[LS_SHAPE_TEXT];
    if (reach > room && dilation > 1)
        return ls_fail(LS_USAGE,
                       "%s %zu with dilation %zu is larger than its input %s with pad %zu", name,
                       size, dilation, ls_shape_text(in, text), pad);
    if (reach > room)
        return ls_fail(LS_USAGE, "%s %zu is larger than its input %s with pad %zu", name, size,
                       ls_shape_text(in, text), pad);
    *out = (room - reach) / stride + 1;
    return LS_OK;
}

ls_status ls_window_place(struct ls_window *window, const char *name, struct ls_shape in)
{
    const struct ls_window *v = window;
    LS_TRY(place(name, in, in.h, (const size_t[]){v->size.h, v->stride.h, v->pad.h, v->dilation.h},
                 &window->out.h));
    return place(name, in, in.w, (const size_t[]){v->size.w, v->stride.w, v->pad.w, v->dilation.w},
                 &window->out.w);
}

ls_status ls_pool_plan(struct ls_layer *layer)
{
    const struct ls_pool_args *args = layer->args;
    const struct ls_shape in = layer->in[0];
    struct ls_window *window = ls_arena_get(layer->arena, 1, sizeof *window);
    if (!window)
        return LS_OTHER;
    LS_TRY(ls_axes_pair(&args->size, "size", in, 1, &window->size));
    LS_TRY(ls_axes_pair(args->stride.len > 0 ? &args->stride : &args->size, "stride", in, 1,
                        &window->stride));
    LS_TRY(ls_axes_pair(&args->pad, "pad", in, 0, &window->pad));
    window->dilation = (struct ls_pair){1, 1};
    if (window->pad.h > window->size.h / 2 || window->pad.w > window->size.w / 2)
        return ls_fail(LS_USAGE, "pad %zu is more than half of size %zu",
                       window->pad.h > window->size.h / 2 ? window->pad.h : window->pad.w,
                       window->pad.h > window->size.h / 2 ? window->size.h : window->size.w);
    LS_TRY(ls_window_place(window, "size", in));
    layer->out = (struct ls_shape){in.axes, in.c, window->out.h, window->out.w};
    layer->flops = (double)ls_shape_len(layer->out) * (double)(window->size.h * window->size.w);
    layer->plan = window;
    return LS_OK;
}

void ls_pool_window(const struct ls_layer *layer, struct ls_window *window)
{
    *window = *(const struct ls_window *)layer->plan;
}

bool ls_window_is_apart(const struct ls_window *window)
{
    return window->stride.h >= window->size.h && window->stride.w >= window->size.w;
}

bool ls_window_covers(const struct ls_window *window, struct ls_shape in)
{
    const struct ls_window *v = window;
    return v->stride.h <= v->size.h && v->stride.w <= v->size.w &&
           v->out.h * v->stride.h >= in.h + v->pad.h && v->out.w * v->stride.w >= in.w + v->pad.w;
}

ls_status ls_shape_check(struct ls_shape shape)
{
    char text[LS_SHAPE_TEXT];
    const double len = (double)shape.c * (double)shape.h * (double)shape.w;
    if (len < 1 || len > INT_MAX)
        return ls_fail(LS_USAGE, "a sample of %s has %.0f elements; 1 to %d are possible",
                       ls_shape_text(shape, text), len, INT_MAX);
    return LS_OK;
}

static void transpose(size_t n, size_t rows, size_t columns, const real *restrict from,
                      real *restrict to)
{
    const size_t len = rows * columns;
    for (size_t sample = 0; sample < n; sample++, from += len, to += len)
        for (size_t column = 0; column < columns; column++)
            for (size_t row = 0; row < rows; row++)
                to[column * rows + row] = from[row * columns + column];
}

void ls_flip(size_t n, size_t rows, size_t columns, const real *from, real *to)
{
    if (rows > 1 && columns > 1)
        transpose(n, rows, columns, from, to);
    else if (from != to)
        memcpy(to, from, n * rows * columns * sizeof *to);
}

ls_status ls_same_shape_plan(struct ls_layer *layer)
{
    layer->out = layer->in[0];
    layer->flops = (double)ls_shape_len(layer->out);
    return LS_OK;
}
