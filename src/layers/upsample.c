#include "src/layers/shapes.h"

#include <string.h>

enum mode { NEAREST, BILINEAR };
enum { MAX_SCALE = 1024 };

struct upsample_args {
    struct ls_axes scale;
    int mode;
};

static const char *const modes[] = {"nearest", "bilinear", NULL};

static const struct ls_option options[] = {
    {"scale", LS_AXES, offsetof(struct upsample_args, scale), NULL, 1, MAX_SCALE, NULL,
     "how many times as high and wide"},
    {"mode", LS_ENUM, offsetof(struct upsample_args, mode), "nearest", 0, 0, modes,
     "nearest or bilinear (align_corners false; linear on 1-D input)"},
    {.name = NULL}};

/* An output row or column is share[0] of the input at[0] plus share[1] of the input at[1]. */
struct source {
    size_t at[2];
    real share[2];
};

struct plan {
    int mode;
    struct source *down, *across; /* (out.h), (out.w) */
};

static struct source *plan_axis(struct ls_arena *arena, size_t len, size_t scale, int mode)
{
    struct source *source = ls_arena_get(arena, len * scale, sizeof *source);
    for (size_t i = 0; source && i < len * scale; i++) {
        const double exact = ((double)i + 0.5) / (double)scale - 0.5;
        const double place = exact > 0 ? exact : 0;
        const size_t low = mode == NEAREST ? i / scale : (size_t)place;
        const double high_share = mode == NEAREST ? 0 : place - (double)low;
        source[i] = (struct source){{low, low + 1 < len ? low + 1 : low},
                                    {LS_R(1 - high_share), LS_R(high_share)}};
    }
    return source;
}

static ls_status plan(struct ls_layer *layer)
{
    const struct upsample_args *args = layer->args;
    const struct ls_shape in = layer->in[0];
    struct ls_pair scale;
    LS_TRY(ls_shape_check(in));
    LS_TRY(ls_axes_pair(&args->scale, "scale", in, 1, &scale));
    layer->out = (struct ls_shape){in.axes, in.c, in.h * scale.h, in.w * scale.w};
    LS_TRY(ls_shape_check(layer->out));
    struct plan *p = ls_arena_get(layer->arena, 1, sizeof *p);
    if (!p)
        return LS_OTHER;
    p->mode = args->mode;
    p->down = plan_axis(layer->arena, in.h, scale.h, args->mode);
    p->across = plan_axis(layer->arena, in.w, scale.w, args->mode);
    layer->flops = (double)ls_shape_len(layer->out) * (args->mode == NEAREST ? 1 : 8);
    layer->plan = p;
    return p->down && p->across ? LS_OK : LS_OTHER;
}

/* One output pixel from its four input pixels, or the transpose; `image` and `pixel` are x and y
 * in one case, dx and dy in the other. */
static void gather(const struct ls_shape in, struct source down, struct source across,
                   const real *image, real *pixel)
{
    memset(pixel, 0, in.c * sizeof *pixel);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            ls_add_scaled(in.c, down.share[i] * across.share[j],
                          image + (down.at[i] * in.w + across.at[j]) * in.c, pixel);
}

static void scatter(const struct ls_shape in, struct source down, struct source across,
                    const real *pixel, real *image)
{
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            ls_add_scaled(in.c, down.share[i] * across.share[j], pixel,
                          image + (down.at[i] * in.w + across.at[j]) * in.c);
}

static void forward(const struct ls_layer *layer, const struct ls_call *call)
{
    const struct plan *p = layer->plan;
    const struct ls_shape in = layer->in[0], out = layer->out;
    for (size_t row = 0; row < call->n * out.h; row++) {
        const real *image = call->x[0] + row / out.h * ls_shape_len(in);
        const struct source down = p->down[row % out.h];
        for (size_t column = 0; column < out.w; column++) {
            const struct source across = p->across[column];
            real *y = call->y + (row * out.w + column) * in.c;
            if (p->mode == NEAREST)
                memcpy(y, image + (down.at[0] * in.w + across.at[0]) * in.c, in.c * sizeof *y);
            else
                gather(in, down, across, image, y);
        }
    }
}

static void backward(const struct ls_layer *layer, const struct ls_call *call)
{
    const struct plan *p = layer->plan;
    const struct ls_shape in = layer->in[0], out = layer->out;
    if (!call->dx[0])
        return;
    memset(call->dx[0], 0, call->n * ls_shape_len(in) * sizeof(real));
    for (size_t row = 0; row < call->n * out.h; row++) {
        real *image = call->dx[0] + row / out.h * ls_shape_len(in);
        const struct source down = p->down[row % out.h];
        for (size_t column = 0; column < out.w; column++) {
            const struct source across = p->across[column];
            const real *dy = call->dy + (row * out.w + column) * in.c;
            if (p->mode == NEAREST)
                ls_add_scaled(in.c, 1, dy, image + (down.at[0] * in.w + across.at[0]) * in.c);
            else
                scatter(in, down, across, dy, image);
        }
    }
}

const struct ls_layer_ops ls_layer_upsample = {
    .kind = "upsample",
    .help = "an image a whole number of times as large",
    .options = options,
    .args_bytes = sizeof(struct upsample_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
