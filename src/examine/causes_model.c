/* Causes that lie in the model. */
#include "src/examine/cause.h"
#include "src/layers/shapes.h"

/* The first batch-norm with a constant channel, from layer `from` on; -1: none. */
static int find_constant(const struct ls_evidence *e, int from)
{
    for (int l = from; e->look && l < e->model->n_layers; l++)
        if (e->look->layers[l].constant_channel != UINT64_MAX)
            return l;
    return -1;
}

static bool says(const struct ls_evidence *e, int l, char *text)
{
    return ls_cause_says(text,
                         "channel %llu of %s's input has one value throughout the batch, so "
                         "its variance is 0",
                         (unsigned long long)e->look->layers[l].constant_channel,
                         e->model->layers[l].name);
}

/* The first bad value comes out of such a layer. */
static bool channel_is_constant(const struct ls_evidence *e, char *text)
{
    if (!e->look)
        return false;
    const struct ls_bad *const bad = &e->look->bad;
    const int l = bad->place == LS_PLACE_BACKWARD ? bad->through : bad->layer;
    return l >= 0 && e->look->layers[l].constant_channel != UINT64_MAX && says(e, l, text);
}

extern const struct ls_cause ls_cause_constant_channel;
const struct ls_cause ls_cause_constant_channel = {
    .name = "batch-norm on a constant channel",
    .advice = "take the channel out of the data, or bn: {eps: 1e-3}",
    .test = channel_is_constant};

static bool some_channel_is_constant(const struct ls_evidence *e, char *text)
{
    const int l = find_constant(e, 0);
    char first[LS_CAUSE_TEXT];
    return l >= 0 && !channel_is_constant(e, first) && says(e, l, text);
}

extern const struct ls_cause ls_cause_constant_channel_besides;
const struct ls_cause ls_cause_constant_channel_besides = {
    .name = "batch-norm on a constant channel",
    .advice = "take the channel out of the data, or bn: {eps: 1e-3}",
    .test = some_channel_is_constant};

static bool stride_is_larger(const struct ls_evidence *e, char *text)
{
    for (int l = 0; l < e->model->n_layers; l++) {
        const struct ls_layer *const layer = &e->model->layers[l];
        struct ls_window v;
        if (!layer->ops->window)
            continue;
        layer->ops->window(layer, &v);
        if (v.stride.h <= v.size.h && v.stride.w <= v.size.w)
            continue;
        const bool down = v.stride.h > v.size.h;
        return ls_cause_says(text,
                             "%s steps by %zu with a window of %zu: it does not see all of "
                             "its input",
                             layer->name, down ? v.stride.h : v.stride.w,
                             down ? v.size.h : v.size.w);
    }
    return false;
}

extern const struct ls_cause ls_cause_stride_larger_than_kernel;
const struct ls_cause ls_cause_stride_larger_than_kernel = {
    .name = "stride larger than kernel",
    .advice = "a stride no larger than the kernel",
    .test = stride_is_larger};
