/* Layers that work against each other. */
#include "src/check/check.h"
#include "src/layers/shapes.h"

static const struct ls_layer *input_of(const struct ls_model *model, int l, int i)
{
    const int from = model->wiring[l].from[i];
    return from == LS_MODEL_INPUT ? NULL : &model->layers[from];
}

static int count_readers(const struct ls_model *model, int l)
{
    int readers = 0;
    for (int r = l + 1; r < model->n_layers; r++)
        for (int i = 0; i < model->layers[r].n_in; i++)
            readers += model->wiring[r].from[i] == l;
    return readers;
}

/* The nearest layer before l with any of `traits`, through layers that read one input, have none of
 * `through_not`, and whose output nothing else reads; NULL: there is none. */
static const struct ls_layer *look_back(const struct ls_model *model, int l, unsigned traits,
                                        unsigned through_not)
{
    for (const struct ls_layer *layer = input_of(model, l, 0);
         layer && count_readers(model, layer->number) == 1;
         layer = input_of(model, layer->number, 0)) {
        if (layer->ops->traits & traits)
            return layer;
        if ((layer->ops->traits & through_not) || layer->n_in != 1)
            return NULL;
    }
    return NULL;
}

static bool has(const struct ls_layer *layer, unsigned traits)
{
    return (layer->ops->traits & traits) != 0;
}

/* Pixels between windows are seen by nobody, unless another layer reads the same image, as in a
 * residual with a shortcut. */
static void find_stride(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_model *const model = facts->model;
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        struct ls_window v;
        if (!layer->ops->window || count_readers(model, model->wiring[l].from[0]) > 1)
            continue;
        layer->ops->window(layer, &v);
        const size_t reach_h = v.dilation.h * (v.size.h - 1) + 1;
        const size_t reach_w = v.dilation.w * (v.size.w - 1) + 1;
        const bool over_h = v.stride.h > reach_h && v.out.h > 1;
        if (!over_h && !(v.stride.w > reach_w && v.out.w > 1))
            continue;
        ls_found(findings, layer->node,
                 "%s moves by %zu with a window of %zu: what lies between the windows is never "
                 "seen",
                 layer->name, over_h ? v.stride.h : v.stride.w, over_h ? reach_h : reach_w);
    }
}

const struct ls_check_ops ls_check_stride = {
    "stride", "make the stride at most the kernel, or the kernel larger", find_stride};

/* Groups are a product in two parts on purpose. */
static bool is_grouped(const struct ls_layer *layer)
{
    const struct ls_param *const weight = &layer->params[0];
    return weight->dims[1] != layer->in[0].c;
}

static void find_linear(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_model *const model = facts->model;
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        const struct ls_layer *const before =
            has(layer, LS_WEIGHS) ? look_back(model, l, LS_WEIGHS, LS_NONLINEAR) : NULL;
        if (!before || is_grouped(layer) != is_grouped(before))
            continue;
        ls_found(findings, layer->node,
                 "nothing between %s and %s is nonlinear: together they are one linear layer",
                 before->name, layer->name);
    }
}

const struct ls_check_ops ls_check_linear = {
    "linear", "put an activation between them, or leave one out", find_linear};

/* The layer that gives the outputs their range, through what only changes their shape. */
static const struct ls_layer *find_last(const struct ls_model *model)
{
    const struct ls_layer *layer = &model->layers[model->n_layers - 1];
    while (layer && layer->n_in == 1 && layer->n_params == 0 && !has(layer, LS_NONLINEAR))
        layer = input_of(model, layer->number, 0);
    return layer;
}

static void find_squashed(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_loss_ops *const loss = facts->loss->ops;
    const struct ls_layer *const end = &facts->model->layers[facts->model->n_layers - 1];
    const struct ls_layer *const last = find_last(facts->model);
    const bool logits = loss->target == LS_TARGET_CLASS || loss->multi_label;
    if (!logits || loss->bounded || !last)
        return;
    if (has(last, LS_BOUNDED))
        ls_found(findings, last->node,
                 "%s takes any number and has its own softmax or sigmoid, but %s keeps the "
                 "outputs within bounds, and then no loss near 0 can be reached",
                 loss->kind, last->name);
    else if (last == end && has(last, LS_RECTIFIES))
        ls_found(findings, last->node,
                 "%s takes any number, but %s leaves none below 0, nor a gradient there",
                 loss->kind, last->name);
}

const struct ls_check_ops ls_check_squashed = {
    "squashed", "end the model with its last dense layer, without an activation", find_squashed};

static void find_dropout(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_model *const model = facts->model;
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        const struct ls_layer *const before =
            has(layer, LS_NORMALIZES) ? look_back(model, l, LS_DROPS, LS_NONLINEAR | LS_WEIGHS)
                                      : NULL;
        if (before)
            ls_found(findings, before->node,
                     "%s comes before %s, whose statistics then have another variance in "
                     "training than at evaluation",
                     before->name, layer->name);
    }
}

const struct ls_check_ops ls_check_dropout = {
    "dropout", "move the dropout behind the batch-norm and its activation", find_dropout};

/* The batch-norm that takes layer l's mean away, when nothing else reads it. */
static const struct ls_layer *only_norm(const struct ls_model *model, int l)
{
    const struct ls_layer *norm = NULL;
    for (int r = l + 1; r < model->n_layers; r++)
        if (model->wiring[r].from[0] == l && has(&model->layers[r], LS_NORMALIZES))
            norm = &model->layers[r];
    return count_readers(model, l) == 1 ? norm : NULL;
}

static void find_bias(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_model *const model = facts->model;
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        const struct ls_layer *const norm = only_norm(model, l);
        if (!norm || !has(layer, LS_WEIGHS) || layer->n_params < 2 || layer->frozen || norm->frozen)
            continue;
        ls_found(findings, layer->node, "the bias of %s is cancelled by %s, which has its own",
                 layer->name, norm->name);
    }
}

const struct ls_check_ops ls_check_bias = {"bias", "give the layer bias: false", find_bias};
