#include "src/layers/shapes.h"

#include <string.h>

/* The part [begin, end) of a window that lies inside an axis of the image. A window reaches the
 * image wherever it stands, as pad is at most half its size. */
struct span {
    size_t begin, end;
};

static struct span find_span(size_t out, size_t stride, size_t pad, size_t size, size_t len)
{
    const size_t first = out * stride, last = first + size - pad;
    return (struct span){first > pad ? first - pad : 0, last < len ? last : len};
}

/* Adds to the output from all pixels under it, or the transpose, for one output pixel. */
static void visit(const struct ls_layer *layer, size_t row, size_t column, const real *from,
                  real *to, bool transposed)
{
    const struct ls_window *v = layer->plan;
    const struct ls_shape in = layer->in[0];
    const struct span down = find_span(row % v->out.h, v->stride.h, v->pad.h, v->size.h, in.h);
    const struct span across = find_span(column, v->stride.w, v->pad.w, v->size.w, in.w);
    const size_t out = (row * v->out.w + column) * in.c;
    const real scale = 1 / LS_R(v->size.h * v->size.w);
    for (size_t i = down.begin; i < down.end; i++)
        for (size_t j = across.begin; j < across.end; j++) {
            const size_t at = ((row / v->out.h * in.h + i) * in.w + j) * in.c;
            ls_add_scaled(in.c, scale, from + (transposed ? out : at),
                          to + (transposed ? at : out));
        }
}

static void run(const struct ls_layer *layer, size_t n, const real *from, real *to, bool transposed)
{
    const struct ls_window *v = layer->plan;
    const size_t len = ls_shape_len(transposed ? layer->in[0] : layer->out);
    memset(to, 0, n * len * sizeof *to);
    for (size_t row = 0; row < n * v->out.h; row++)
        for (size_t column = 0; column < v->out.w; column++)
            visit(layer, row, column, from, to, transposed);
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    run(layer, call->n, call->x[0], call->y, false);
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    if (call->dx[0])
        run(layer, call->n, call->dy, call->dx[0], true);
}

const struct ls_layer_ops ls_layer_avg_pool = {
    .kind = "avg_pool",
    .help = "mean over a window, zeros of the padding counted",
    .options = ls_pool_options,
    .args_bytes = sizeof(struct ls_pool_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .plan = ls_pool_plan,
    .forward = forward,
    .backward = backward,
};
