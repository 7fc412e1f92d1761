#include "src/layers/shapes.h"

#include <string.h>

/* One channel or one pixel: the order in memory is that of features already. */
static bool is_identity(struct ls_shape in)
{
    return in.c == 1 || in.h * in.w == 1;
}

static ls_status plan(struct ls_layer *layer)
{
    if (is_identity(layer->in[0]))
        layer->traits |= LS_IN_PLACE | LS_SHARES_DY;
    LS_TRY(ls_shape_check(layer->in[0]));
    layer->out = (struct ls_shape){1, ls_shape_len(layer->in[0]), 1, 1};
    layer->flops = (double)layer->out.c;
    return LS_OK;
}

/* to (columns, rows) = transpose of from (rows, columns), for each of n samples */
static void transpose(size_t n, size_t rows, size_t columns, const real *restrict from,
                      real *restrict to)
{
    const size_t len = rows * columns;
    for (size_t sample = 0; sample < n; sample++, from += len, to += len)
        for (size_t column = 0; column < columns; column++)
            for (size_t row = 0; row < rows; row++)
                to[column * rows + row] = from[row * columns + column];
}

static void run(const struct ls_layer *layer, size_t n, size_t rows, size_t columns,
                const real *from, real *to)
{
    if (!is_identity(layer->in[0]))
        transpose(n, rows, columns, from, to);
    else if (from != to)
        memcpy(to, from, n * rows * columns * sizeof *to);
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    const struct ls_shape in = layer->in[0];
    run(layer, call->n, in.h * in.w, in.c, call->x[0], call->y);
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const struct ls_shape in = layer->in[0];
    if (call->dx[0])
        run(layer, call->n, in.c, in.h * in.w, call->dy, call->dx[0]);
}

const struct ls_layer_ops ls_layer_flatten = {
    .kind = "flatten",
    .help = "an image as features, in the order C, H, W",
    .options = ls_no_options,
    .min_inputs = 1,
    .max_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
