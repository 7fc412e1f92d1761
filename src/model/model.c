#include "src/model/model.h"

#include <string.h>

#include "src/base/philox.h"
#include "src/model/graph.h"

enum { ALIGN = 16 }; /* elements: a cache line of float */

static size_t align(size_t len)
{
    return (len + ALIGN - 1) / ALIGN * ALIGN;
}

static ls_status take_node(struct ls_model *model, int index, const struct ls_graph_node *node,
                           struct ls_arena *arena)
{
    struct ls_layer *const layer = &model->layers[index];
    *layer = (struct ls_layer){.ops = node->ops,
                               .args = node->args,
                               .node = node->node,
                               .n_in = node->n_in,
                               .engine = model->engine,
                               .arena = arena,
                               .number = index,
                               .init = node->init,
                               .lr_scale = node->lr_scale,
                               .ends_residual = node->ends_residual,
                               .traits = node->ops->traits};
    memcpy(layer->name, node->name, sizeof layer->name);
    model->wiring[index] = node->wiring;
    for (int i = 0; i < node->n_in; i++) {
        const int from = node->wiring.from[i];
        layer->in[i] = from == LS_MODEL_INPUT ? model->input : model->layers[from].out;
    }
    const ls_status status = node->ops->plan(layer);
    if (status == LS_OTHER)
        return status; /* memory, not the job */
    if (status != LS_OK)
        return ls_node_fail(node->node, "%s: %s", layer->name, ls_message());
    const struct ls_shape out = layer->out;
    if (out.c == 0 || out.h == 0 || out.w == 0 || out.c > SIZE_MAX / 64 / out.h / out.w)
        return ls_node_fail(node->node, "%s: its output would be of impossible size", layer->name);
    return LS_OK;
}

/* Every output but the last must be read by somebody. */
static ls_status check_wiring(const struct ls_model *model)
{
    for (int i = 0; i + 1 < model->n_layers; i++) {
        bool read = false;
        for (int j = i + 1; j < model->n_layers && !read; j++)
            for (int k = 0; k < model->layers[j].n_in; k++)
                read = read || model->wiring[j].from[k] == i;
        if (!read)
            return ls_node_fail(model->layers[i].node,
                                "%s is read by no later entry: remove it, or name it in a from",
                                model->layers[i].name);
    }
    return LS_OK;
}

static ls_status measure(const struct ls_layer *layer, struct ls_param *param)
{
    param->len = 1;
    for (int a = 0; a < param->axes; a++) {
        if (param->dims[a] != 0 && param->len > (SIZE_MAX / 64) / param->dims[a])
            return ls_node_fail(layer->node, "%s: its %s would be of impossible size", layer->name,
                                param->name);
        param->len *= param->dims[a];
    }
    return LS_OK;
}

/* Places a layer's parameters or buffers behind what is there already. */
static ls_status place(const struct ls_layer *layer, struct ls_param *params, int n, size_t *len)
{
    for (int i = 0; i < n; i++) {
        LS_TRY(measure(layer, &params[i]));
        params[i].offset = *len;
        *len += align(params[i].len);
    }
    return LS_OK;
}

/* Summed parameters first, then those with an exchange; buffers have a slab of their own. */
static ls_status lay_out(struct ls_model *model)
{
    for (int l = 0; l < model->n_layers; l++) {
        struct ls_layer *const layer = &model->layers[l];
        if (layer->backward_len == 0)
            LS_TRY(place(layer, layer->params, layer->n_params, &model->n_params));
        LS_TRY(place(layer, layer->buffers, layer->n_buffers, &model->n_buffers));
    }
    model->n_summed = model->n_params;
    for (int l = 0; l < model->n_layers; l++) {
        struct ls_layer *const layer = &model->layers[l];
        if (layer->backward_len > 0)
            LS_TRY(place(layer, layer->params, layer->n_params, &model->n_params));
        for (int i = 0; i < layer->n_params; i++)
            model->n_weights += layer->params[i].len;
    }
    return LS_OK;
}

/* In file order, so that values do not depend on the layout in memory. */
static ls_status initialise(const struct ls_layer *layer, int i, const struct ls_init *init,
                            uint64_t seed, uint32_t number)
{
    const struct ls_param *const param = &layer->params[i];
    float *const file = ls_alloc(param->len, sizeof *file);
    if (!file)
        return LS_OTHER;
    const ls_status status = ls_init_fill(init, layer, i, seed, number, file);
    if (status == LS_OK)
        ls_param_from_file(param, file, layer->param[i]);
    ls_free(file);
    return status;
}

static void release_private(void *object)
{
    real **const private = object;
    ls_free(*private);
}

/* Memory that ls_model_share can give back before the arena's end. */
static ls_status take_params(struct ls_model *model, struct ls_arena *arena)
{
    model->private = ls_arena_get(arena, 1, sizeof *model->private);
    if (!model->private)
        return LS_OTHER;
    model->params = *model->private = ls_alloc(model->n_params, sizeof(real));
    LS_TRY(ls_arena_on_release(arena, release_private, model->private));
    return model->params ? LS_OK : LS_OTHER;
}

static ls_status fill(struct ls_model *model, uint64_t seed, const struct ls_model_init *init,
                      struct ls_arena *arena)
{
    LS_TRY(take_params(model, arena));
    model->buffers = ls_arena_get(arena, model->n_buffers, sizeof(real));
    if (!model->buffers)
        return LS_OTHER;
    uint32_t number = 0;
    for (int l = 0; l < model->n_layers; l++) {
        struct ls_layer *const layer = &model->layers[l];
        const struct ls_init *const own = layer->init ? layer->init : init ? &init->weights : NULL;
        layer->measured = own && own->ops && own->ops->measures && (layer->ops->traits & LS_WEIGHS);
        for (int i = 0; i < layer->n_params; i++) {
            layer->param[i] = model->params + layer->params[i].offset;
            LS_TRY(initialise(layer, i, own, seed, number++));
        }
        for (int i = 0; i < layer->n_buffers; i++) {
            layer->buffer[i] = model->buffers + layer->buffers[i].offset;
            for (size_t e = 0; e < layer->buffers[i].len; e++)
                layer->buffer[i][e] = LS_R(layer->buffers[i].init_value);
        }
    }
    return LS_OK;
}

static void zero_last_bns(const struct ls_model *model)
{
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        if (layer->ends_residual && (layer->ops->traits & LS_NORMALIZES))
            memset(layer->param[0], 0, layer->params[0].len * sizeof(real));
    }
}

static ls_status freeze_layers(const struct ls_model *model, const struct ls_names *freeze,
                               struct ls_arena *arena)
{
    for (size_t i = 0; i < freeze->len; i++) {
        struct ls_layer *const layer = ls_model_layer(model, freeze->value[i]);
        if (!layer) {
            const char **const names =
                ls_arena_get(arena, (size_t)model->n_layers + 1, sizeof *names);
            for (int l = 0; names && l < model->n_layers; l++)
                names[l] = model->layers[l].name;
            const char *const near = names ? ls_nearest(freeze->value[i], names) : NULL;
            return ls_fail(LS_USAGE, "init.freeze: the model has no layer \"%s\"%s%s%s",
                           freeze->value[i], near ? " (did you mean \"" : "", near ? near : "",
                           near ? "\"?)" : "");
        }
        if (layer->n_params == 0)
            return ls_fail(
                LS_USAGE,
                "init.freeze: \"%s\" has no parameters of its own: name the layers that do",
                freeze->value[i]);
        layer->frozen = true;
    }
    return LS_OK;
}

ls_status ls_model_create(struct ls_model *model, const struct ls_node *spec, struct ls_shape input,
                          const struct ls_engine_ops *engine, uint64_t seed,
                          const struct ls_model_init *init, struct ls_arena *arena)
{
    *model = (struct ls_model){.input = input, .engine = engine};
    struct ls_graph graph;
    LS_TRY(ls_graph_unroll(&graph, spec, arena));
    ls_status status = LS_OK;
    model->n_layers = graph.len;
    model->layers = ls_arena_get(arena, (size_t)graph.len, sizeof *model->layers);
    model->wiring = ls_arena_get(arena, (size_t)graph.len, sizeof *model->wiring);
    if (!model->layers || !model->wiring)
        status = LS_OTHER;
    for (int i = 0; status == LS_OK && i < graph.len; i++)
        status = take_node(model, i, &graph.nodes[i], arena);
    ls_graph_release(&graph);
    LS_TRY(status);
    model->output = model->layers[model->n_layers - 1].out;
    if (model->output.axes != 1) {
        char text[LS_SHAPE_TEXT];
        return ls_node_fail(spec,
                            "the model's last entry gives %s, but a loss takes features (K): end "
                            "with flatten or global_avg_pool and dense",
                            ls_shape_text(model->output, text));
    }
    LS_TRY(check_wiring(model));
    LS_TRY(lay_out(model));
    LS_TRY(fill(model, seed, init, arena));
    if (init && init->zero_last_bn)
        zero_last_bns(model);
    return init ? freeze_layers(model, &init->freeze, arena) : LS_OK;
}

struct ls_layer *ls_model_layer(const struct ls_model *model, const char *name)
{
    for (int l = 0; l < model->n_layers; l++)
        if (strcmp(model->layers[l].name, name) == 0)
            return &model->layers[l];
    return NULL;
}

size_t ls_layer_params_begin(const struct ls_layer *layer)
{
    return layer->n_params ? layer->params[0].offset : 0;
}

size_t ls_layer_params_len(const struct ls_layer *layer)
{
    size_t len = 0;
    for (int i = 0; i < layer->n_params; i++)
        len += align(layer->params[i].len);
    return len;
}

ls_status ls_model_check_batch(const struct ls_model *model, size_t n)
{
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        const size_t min = layer->ops->min_batch ? layer->ops->min_batch(layer) : 1;
        if (n < min && !layer->frozen)
            return ls_node_fail(layer->node,
                                "%s: a batch of %zu sample%s has one value per channel here, "
                                "whose variance is 0: choose another batch size, so that no "
                                "batch of an epoch has fewer than %zu samples",
                                layer->name, n, n == 1 ? "" : "s", min);
    }
    return LS_OK;
}

void ls_model_prepare(const struct ls_model *model)
{
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        if (layer->ops->prepare)
            layer->ops->prepare(layer);
    }
}
