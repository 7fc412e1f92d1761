#include "launch/state.h"

#include <stdarg.h>
#include <string.h>

enum { MAX_SHOWN = 4 };

/* Calls visit for every tensor of a slab: path, how it lies, where. */
typedef ls_status visit_fn(void *context, const char *path, const struct ls_param *param,
                           real *memory);

enum { PREFIX_LEN = 64, PATH_LEN = 256 };

static ls_status visit_params(const struct ls_model *model, const char *prefix, real *slab,
                              visit_fn *visit, void *context)
{
    char path[PATH_LEN];
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        for (int i = 0; i < layer->n_params; i++) {
            (void)snprintf(path, sizeof path, "%.*s/%s/%s", PREFIX_LEN, prefix, layer->name,
                           layer->params[i].name);
            LS_TRY(visit(context, path, &layer->params[i], slab + layer->params[i].offset));
        }
    }
    return LS_OK;
}

static ls_status visit_model(const struct ls_model *model, visit_fn *visit, void *context)
{
    LS_TRY(visit_params(model, "/model", model->params, visit, context));
    char path[PATH_LEN];
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        for (int i = 0; i < layer->n_buffers; i++) {
            (void)snprintf(path, sizeof path, "/model/%s/%s", layer->name, layer->buffers[i].name);
            LS_TRY(visit(context, path, &layer->buffers[i], layer->buffer[i]));
        }
    }
    return LS_OK;
}

static ls_status visit_slots(const struct ls_trainer *trainer, visit_fn *visit, void *context)
{
    const struct ls_optimizer *const optimizer = trainer->spec.optimizer;
    char prefix[PREFIX_LEN];
    for (int s = 0; s < optimizer->n_slots; s++) {
        (void)snprintf(prefix, sizeof prefix, "/optimizer/%s", optimizer->slot_name[s]);
        LS_TRY(visit_params(trainer->spec.model, prefix, trainer->slot[s], visit, context));
    }
    return LS_OK;
}

/* The signature is visit_fn's. NOLINTBEGIN(readability-non-const-parameter) */
static ls_status count_tensor(void *context, const char *path, const struct ls_param *param,
                              real *memory)
{
    (void)path, (void)param, (void)memory;
    ++*(size_t *)context;
    return LS_OK;
}
/* NOLINTEND(readability-non-const-parameter) */

/* Room for the tensors of a checkpoint. */
struct collection {
    struct ls_checkpoint *checkpoint;
    struct ls_arena *arena;
};

/* The signature is visit_fn's. NOLINTBEGIN(readability-non-const-parameter) */
static ls_status plan_tensor(void *context, const char *path, const struct ls_param *param,
                             real *memory)
{
    (void)memory;
    const struct collection *const c = context;
    struct ls_tensor *const tensor = &c->checkpoint->tensors[c->checkpoint->n_tensors++];
    tensor->path = ls_arena_strdup(c->arena, path);
    tensor->axes = param->axes;
    memcpy(tensor->dims, param->dims, sizeof tensor->dims);
    tensor->data = ls_arena_get(c->arena, param->len, sizeof(float));
    return tensor->path && tensor->data ? LS_OK : LS_OTHER;
}
/* NOLINTEND(readability-non-const-parameter) */

static ls_status copy_tensor(void *context, const char *path, const struct ls_param *param,
                             real *memory)
{
    (void)path;
    struct ls_tensor **const next = context;
    ls_param_to_file(param, memory, (*next)++->data);
    return LS_OK;
}

ls_status ls_state_plan(const struct ls_model *model, const struct ls_trainer *trainer,
                        struct ls_arena *arena, struct ls_checkpoint *checkpoint)
{
    size_t n = 0;
    LS_TRY(visit_model(model, count_tensor, &n));
    if (trainer)
        LS_TRY(visit_slots(trainer, count_tensor, &n));
    checkpoint->n_tensors = 0;
    checkpoint->tensors = ls_arena_get(arena, n, sizeof *checkpoint->tensors);
    if (!checkpoint->tensors)
        return LS_OTHER;
    struct collection collection = {checkpoint, arena};
    LS_TRY(visit_model(model, plan_tensor, &collection));
    return trainer ? visit_slots(trainer, plan_tensor, &collection) : LS_OK;
}

void ls_state_copy(const struct ls_model *model, const struct ls_trainer *trainer,
                   const struct ls_checkpoint *checkpoint)
{
    struct ls_tensor *next = checkpoint->tensors;
    (void)visit_model(model, copy_tensor, &next);
    if (trainer)
        (void)visit_slots(trainer, copy_tensor, &next);
}

ls_status ls_state_tensors(const struct ls_model *model, const struct ls_trainer *trainer,
                           struct ls_arena *arena, struct ls_checkpoint *checkpoint)
{
    LS_TRY(ls_state_plan(model, trainer, arena, checkpoint));
    ls_state_copy(model, trainer, checkpoint);
    return LS_OK;
}

/* A comparison of what a file has with what the model wants. */
struct fitting {
    const struct ls_checkpoint *checkpoint;
    bool copy; /* else only compare */
    size_t matched, differ;
    char text[LS_MESSAGE_LEN / 2];
};

__attribute__((format(printf, 2, 3))) static void note(struct fitting *f, const char *format, ...)
{
    if (f->differ++ >= MAX_SHOWN)
        return;
    const size_t used = strlen(f->text);
    (void)snprintf(f->text + used, sizeof f->text - used, "%s", used ? "; " : "");
    const size_t begin = strlen(f->text);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(f->text + begin, sizeof f->text - begin, format, args);
    va_end(args);
}

static const char *dims_text(int axes, const size_t *dims, char *text, size_t bytes)
{
    size_t used = 0;
    text[0] = '\0';
    for (int a = 0; a < axes && used < bytes; a++)
        used += (size_t)snprintf(text + used, bytes - used, "%s%zu", a ? ", " : "", dims[a]);
    return text;
}

static const struct ls_tensor *find(const struct ls_checkpoint *checkpoint, const char *path)
{
    for (size_t i = 0; i < checkpoint->n_tensors; i++)
        if (strcmp(checkpoint->tensors[i].path, path) == 0)
            return &checkpoint->tensors[i];
    return NULL;
}

static ls_status fit(void *context, const char *path, const struct ls_param *param, real *memory)
{
    struct fitting *const f = context;
    const struct ls_tensor *const tensor = find(f->checkpoint, path);
    char a[80], b[80];
    if (!tensor) {
        note(f, "%s is missing", path);
        return LS_OK;
    }
    f->matched++;
    if (tensor->axes != param->axes ||
        memcmp(tensor->dims, param->dims, (size_t)param->axes * sizeof *param->dims) != 0)
        note(f, "%s is (%s), the model has (%s)", path,
             dims_text(tensor->axes, tensor->dims, a, sizeof a),
             dims_text(param->axes, param->dims, b, sizeof b));
    else if (f->copy)
        ls_param_from_file(param, tensor->data, memory);
    return LS_OK;
}

/* Tensors below `prefix` that nothing asked for. */
static void note_surplus(struct fitting *f, const char *prefix, const struct ls_model *model,
                         const struct ls_trainer *trainer)
{
    for (size_t i = 0; i < f->checkpoint->n_tensors; i++) {
        const char *const path = f->checkpoint->tensors[i].path;
        if (strncmp(path, prefix, strlen(prefix)) != 0)
            continue;
        struct ls_checkpoint one = {.n_tensors = 1, .tensors = &f->checkpoint->tensors[i]};
        struct fitting asked = {.checkpoint = &one};
        (void)(trainer ? visit_slots(trainer, fit, &asked) : visit_model(model, fit, &asked));
        if (asked.matched == 0)
            note(f, "%s is not in the model", path);
    }
}

static ls_status verdict(const struct fitting *f)
{
    if (f->differ == 0)
        return LS_OK;
    char more[64] = "";
    if (f->differ > MAX_SHOWN)
        (void)snprintf(more, sizeof more, "; and %zu more", f->differ - MAX_SHOWN);
    return ls_fail(LS_DATA, "of another model: %s%s", f->text, more);
}

ls_status ls_state_restore_model(const struct ls_checkpoint *checkpoint, struct ls_model *model)
{
    struct fitting f = {.checkpoint = checkpoint};
    LS_TRY(visit_model(model, fit, &f));
    note_surplus(&f, "/model/", model, NULL);
    LS_TRY(verdict(&f));
    f.copy = true;
    return visit_model(model, fit, &f);
}

ls_status ls_state_restore_slots(const struct ls_checkpoint *checkpoint, struct ls_trainer *trainer)
{
    struct fitting f = {.checkpoint = checkpoint};
    LS_TRY(visit_slots(trainer, fit, &f));
    note_surplus(&f, "/optimizer/", trainer->spec.model, trainer);
    LS_TRY(verdict(&f));
    f.copy = true;
    return visit_slots(trainer, fit, &f);
}

ls_status ls_state_load_model(const char *path, struct ls_model *model, struct ls_arena *arena)
{
    struct ls_checkpoint checkpoint = {0};
    LS_TRY(ls_checkpoint_read_model(path, &checkpoint.n_tensors, &checkpoint.tensors, arena));
    return ls_within(ls_state_restore_model(&checkpoint, model), "init.from: %s", path);
}
