#include "launch/init_load.h"

#include <string.h>

#include "io/checkpoint.h"
#include "launch/state.h"

enum { PATH_LEN = 256, DIMS_LEN = 80 };

/* What becomes of a layer. */
struct loading {
    const struct ls_job_init *init;
    struct ls_model *model;
    size_t n_tensors;
    struct ls_tensor *tensors;
    bool *used; /* (n_tensors) */
    struct ls_arena *arena;
    const char *table;
};

static bool is_among(const struct ls_names *names, const char *name)
{
    for (size_t i = 0; i < names->len; i++)
        if (strcmp(names->value[i], name) == 0)
            return true;
    return false;
}

/* The name under which a layer of the model stands in the file; NULL: its name belongs to another
 * one there. */
static const char *source_of(const struct loading *load, const char *name)
{
    const struct ls_node *const rename = load->init->rename;
    const struct ls_node *const first = rename ? rename->child : NULL;
    for (const struct ls_node *entry = first; entry; entry = entry->next)
        if (strcmp(entry->text, name) == 0)
            return entry->key;
    for (const struct ls_node *entry = first; entry; entry = entry->next)
        if (strcmp(entry->key, name) == 0)
            return NULL;
    return name;
}

static bool is_chosen(const struct loading *load, const char *name)
{
    const struct ls_names *const only = &load->init->only;
    return (only->len == 0 || is_among(only, name)) && !is_among(&load->init->skip, name);
}

static ls_status check_name(const struct loading *load, const char *key, const char *name)
{
    const struct ls_model *const model = load->model;
    if (ls_model_layer(model, name))
        return LS_OK;
    const char **const names =
        ls_arena_get(load->arena, (size_t)model->n_layers + 1, sizeof *names);
    for (int l = 0; names && l < model->n_layers; l++)
        names[l] = model->layers[l].name;
    const char *const near = names ? ls_nearest(name, names) : NULL;
    return ls_fail(LS_USAGE, "init.%s: the model has no layer \"%s\"%s%s%s", key, name,
                   near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
}

static ls_status check_names(const struct loading *load)
{
    const struct ls_job_init *const init = load->init;
    for (size_t i = 0; i < init->only.len; i++)
        LS_TRY(check_name(load, "only", init->only.value[i]));
    for (size_t i = 0; i < init->skip.len; i++)
        LS_TRY(check_name(load, "skip", init->skip.value[i]));
    if (!init->rename)
        return LS_OK;
    if (init->rename->kind != LS_NODE_MAP)
        return ls_node_fail(init->rename,
                            "init: rename takes {NAME IN THE FILE: NAME IN THE MODEL}");
    for (const struct ls_node *entry = init->rename->child; entry; entry = entry->next) {
        if (entry->kind != LS_NODE_SCALAR)
            return ls_node_fail(entry, "init: rename takes the name of a layer");
        LS_TRY(check_name(load, "rename", entry->text));
    }
    return LS_OK;
}

static ls_status add_line(struct loading *load, const char *layer, const char *what)
{
    load->table = ls_arena_printf(load->arena, "%s  %-20s %s\n", load->table, layer, what);
    return load->table ? LS_OK : LS_OTHER;
}

static struct ls_tensor *find(const struct loading *load, const char *layer, const char *param)
{
    char path[PATH_LEN];
    (void)snprintf(path, sizeof path, "/model/%s/%s", layer, param);
    for (size_t i = 0; i < load->n_tensors; i++)
        if (strcmp(load->tensors[i].path, path) == 0)
            return &load->tensors[i];
    return NULL;
}

static bool has_shape(const struct ls_tensor *tensor, const struct ls_param *param)
{
    return tensor->axes == param->axes &&
           memcmp(tensor->dims, param->dims, (size_t)param->axes * sizeof *param->dims) == 0;
}

static const char *dims_text(int axes, const size_t *dims, char *text)
{
    size_t used = 0;
    text[0] = '\0';
    for (int a = 0; a < axes && used < DIMS_LEN; a++)
        used += (size_t)snprintf(text + used, DIMS_LEN - used, "%s%zu", a ? ", " : "", dims[a]);
    return text;
}

/* Parameters first, then buffers. */
static const struct ls_param *param_of(const struct ls_layer *layer, int i, real **memory)
{
    const bool is_buffer = i >= layer->n_params;
    const int at = is_buffer ? i - layer->n_params : i;
    *memory = is_buffer ? layer->buffer[at] : layer->param[at];
    return is_buffer ? &layer->buffers[at] : &layer->params[at];
}

/* Why a layer's tensors cannot be taken, "" when they can. */
static const char *why_not(struct loading *load, const struct ls_layer *layer, const char *source)
{
    char a[DIMS_LEN], b[DIMS_LEN];
    for (int i = 0; i < layer->n_params + layer->n_buffers; i++) {
        real *memory = NULL;
        const struct ls_param *const param = param_of(layer, i, &memory);
        const struct ls_tensor *const tensor = source ? find(load, source, param->name) : NULL;
        if (!tensor)
            return ls_arena_printf(load->arena, "left out: the file has no /model/%s/%s",
                                   source ? source : layer->name, param->name);
        if (!has_shape(tensor, param))
            return ls_arena_printf(load->arena,
                                   "left out: another shape: /model/%s/%s is (%s), the model has "
                                   "(%s)",
                                   source, param->name, dims_text(tensor->axes, tensor->dims, a),
                                   dims_text(param->axes, param->dims, b));
    }
    return "";
}

static void copy(const struct loading *load, struct ls_layer *layer, const char *source)
{
    for (int i = 0; i < layer->n_params + layer->n_buffers; i++) {
        real *memory = NULL;
        const struct ls_param *const param = param_of(layer, i, &memory);
        const struct ls_tensor *const tensor = find(load, source, param->name);
        ls_param_from_file(param, tensor->data, memory);
        load->used[tensor - load->tensors] = true;
    }
    layer->measured = false;
}

static ls_status load_layer(struct loading *load, struct ls_layer *layer)
{
    const char *const frozen = layer->frozen ? ", frozen" : "";
    const char *const source = source_of(load, layer->name);
    const bool chosen = is_chosen(load, layer->name);
    const char *why = chosen ? why_not(load, layer, source) : "left out: not chosen";
    if (!why)
        return LS_OTHER;
    if (why[0] != '\0' && chosen && load->init->strict)
        return ls_fail(LS_DATA, "%s: %s%s", layer->name, why,
                       " (init.strict: false leaves such layers as they are, init.only and "
                       "init.skip choose)");
    if (why[0] == '\0') {
        copy(load, layer, source);
        why = strcmp(source, layer->name) == 0
                  ? "loaded"
                  : ls_arena_printf(load->arena, "loaded from %s", source);
    }
    const char *const what = why ? ls_arena_printf(load->arena, "%s%s", why, frozen) : NULL;
    return what ? add_line(load, layer->name, what) : LS_OTHER;
}

/* Tensors of the file that nothing took; one line for each. */
static ls_status tell_rest(struct loading *load)
{
    const struct ls_job_init *const init = load->init;
    const bool tolerates = !init->strict || init->only.len > 0 || init->skip.len > 0;
    for (size_t i = 0; i < load->n_tensors; i++) {
        if (load->used[i])
            continue;
        const char *const path = load->tensors[i].path;
        if (!tolerates)
            return ls_fail(LS_DATA, "%s is not in the model (init.strict: false passes it over)",
                           path);
        LS_TRY(add_line(load, path, "in the file, not taken"));
    }
    return LS_OK;
}

static ls_status load_all(struct loading *load)
{
    for (int l = 0; l < load->model->n_layers; l++)
        if (load->model->layers[l].n_params > 0)
            LS_TRY(load_layer(load, &load->model->layers[l]));
    return tell_rest(load);
}

ls_status ls_init_load(const struct ls_job_init *init, struct ls_model *model,
                       struct ls_arena *arena, const char **table)
{
    struct loading load = {.init = init, .model = model, .arena = arena, .table = ""};
    LS_TRY(check_names(&load));
    LS_TRY(ls_checkpoint_read_model(init->from, &load.n_tensors, &load.tensors, arena));
    load.used = ls_arena_get(arena, load.n_tensors, sizeof *load.used);
    if (!load.used)
        return LS_OTHER;
    const bool plain = init->only.len == 0 && init->skip.len == 0 && !init->rename && init->strict;
    if (plain) { /* in the words for a checkpoint of another model */
        const struct ls_checkpoint checkpoint = {.n_tensors = load.n_tensors,
                                                 .tensors = load.tensors};
        LS_TRY(ls_within(ls_state_restore_model(&checkpoint, model), "init.from: %s", init->from));
    }
    LS_TRY(ls_within(load_all(&load), "init.from: %s", init->from));
    *table = load.table;
    return LS_OK;
}
