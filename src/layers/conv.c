#include "src/layers/linear.h"

#include <limits.h>

#include "src/layers/shapes.h"

struct conv_args {
    size_t out, groups;
    struct ls_axes kernel, stride, pad, dilation;
    bool bias;
};

enum { MAX_SIZE = 1 << 20 };

static const char *const pad_words[] = {"same", NULL};

static const struct ls_option options[] = {
    {"out", LS_SIZE, offsetof(struct conv_args, out), NULL, 1, INT_MAX, NULL,
     "number of output channels"},
    {"kernel", LS_AXES, offsetof(struct conv_args, kernel), NULL, 1, MAX_SIZE, NULL,
     "height and width of the window"},
    {"stride", LS_AXES, offsetof(struct conv_args, stride), "1", 1, MAX_SIZE, NULL,
     "step of the window"},
    {"pad", LS_AXES, offsetof(struct conv_args, pad), "0", 0, MAX_SIZE, pad_words,
     "zeros around the image; same: dilation (kernel - 1) / 2"},
    {"groups", LS_SIZE, offsetof(struct conv_args, groups), "1", 1, INT_MAX, NULL,
     "groups of channels that do not see each other"},
    {"dilation", LS_AXES, offsetof(struct conv_args, dilation), "1", 1, MAX_SIZE, NULL,
     "distance between the taps of the window"},
    {"bias", LS_BOOL, offsetof(struct conv_args, bias), "true", 0, 0, NULL, "adds a bias"},
    {.name = NULL}};

static ls_status same_pad(size_t kernel, size_t dilation, size_t *pad)
{
    const size_t total = dilation * (kernel - 1);
    if (total % 2 != 0)
        return ls_fail(LS_USAGE,
                       "pad same needs an odd kernel, got %zu with dilation %zu: give pad a number",
                       kernel, dilation);
    *pad = total / 2;
    return LS_OK;
}

static ls_status plan_window(const struct conv_args *args, struct ls_shape in, struct ls_window *v)
{
    LS_TRY(ls_axes_pair(&args->kernel, "kernel", in, 1, &v->size));
    LS_TRY(ls_axes_pair(&args->stride, "stride", in, 1, &v->stride));
    LS_TRY(ls_axes_pair(&args->dilation, "dilation", in, 1, &v->dilation));
    if (args->pad.word) {
        LS_TRY(same_pad(v->size.h, v->dilation.h, &v->pad.h));
        LS_TRY(same_pad(v->size.w, v->dilation.w, &v->pad.w));
    } else {
        LS_TRY(ls_axes_pair(&args->pad, "pad", in, 0, &v->pad));
    }
    return ls_window_place(v, "kernel", in);
}

static void plan_params(struct ls_layer *layer, const struct ls_conv_sizes *s, bool bias)
{
    const size_t c = s->c / s->groups;
    const double bound = 1 / sqrt((double)(c * s->kh * s->kw));
    layer->n_params = bias ? 2 : 1;
    layer->params[0] = (struct ls_param){.name = "weight",
                                         .axes = layer->in[0].axes + 1,
                                         .dims = {s->k, c, s->kh, s->kw},
                                         .channels_last = true,
                                         .init_bound = bound};
    if (layer->in[0].axes == 2) {
        layer->params[0].dims[2] = s->kw;
        layer->params[0].dims[3] = 0;
    }
    layer->params[1] =
        (struct ls_param){.name = "bias", .axes = 1, .dims = {s->k}, .init_bound = bound};
}

static ls_status plan(struct ls_layer *layer)
{
    const struct conv_args *args = layer->args;
    const struct ls_shape in = layer->in[0];
    struct ls_window v;
    LS_TRY(plan_window(args, in, &v));
    if (in.c % args->groups != 0)
        return ls_fail(LS_USAGE, "groups %zu does not divide %zu input channels", args->groups,
                       in.c);
    if (args->out % args->groups != 0)
        return ls_fail(LS_USAGE, "groups %zu does not divide %zu output channels", args->groups,
                       args->out);
    /* the widest matrices of a convolution by im2col */
    const double patch = (double)in.c * (double)v.size.h * (double)v.size.w;
    if (patch * (double)v.out.w > INT_MAX ||
        patch / (double)args->groups * (double)args->out > 1e12)
        return ls_fail(LS_USAGE, "kernel %zu x %zu over %zu channels is too large", v.size.h,
                       v.size.w, in.c);
    const struct ls_conv_sizes s = {.c = in.c,
                                    .h = in.h,
                                    .w = in.w,
                                    .k = args->out,
                                    .oh = v.out.h,
                                    .ow = v.out.w,
                                    .kh = v.size.h,
                                    .kw = v.size.w,
                                    .stride_h = v.stride.h,
                                    .stride_w = v.stride.w,
                                    .pad_h = v.pad.h,
                                    .pad_w = v.pad.w,
                                    .dilation_h = v.dilation.h,
                                    .dilation_w = v.dilation.w,
                                    .groups = args->groups};
    layer->out = (struct ls_shape){in.axes, s.k, s.oh, s.ow};
    LS_TRY(ls_shape_check(layer->out));
    plan_params(layer, &s, args->bias);
    layer->flops = 2 * (double)ls_shape_len(layer->out) * patch / (double)s.groups;
    return ls_linear_plan(layer, &s, args->bias);
}

static void window(const struct ls_layer *layer, struct ls_window *v)
{
    const struct ls_conv_sizes *const s = &((const struct ls_product *)layer->plan)->sizes;
    *v = (struct ls_window){.size = {s->kh, s->kw},
                            .stride = {s->stride_h, s->stride_w},
                            .pad = {s->pad_h, s->pad_w},
                            .dilation = {s->dilation_h, s->dilation_w},
                            .out = {s->oh, s->ow}};
}

const struct ls_layer_ops ls_layer_conv = {
    .kind = "conv",
    .help = "convolution, 1-D on (C, L) and 2-D on (C, H, W)",
    .options = options,
    .args_bytes = sizeof(struct conv_args),
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = LS_BACKWARD_READS_X | LS_WHOLE_SHARD | LS_WEIGHS,
    .plan = plan,
    .prepare = ls_linear_prepare,
    .expect = ls_linear_expect,
    .scratch_len = ls_linear_scratch_len,
    .forward = ls_linear_forward,
    .backward = ls_linear_backward,
    .window = window,
};
