#include <string.h>

#include "src/job/job.h"

/* Puts KEY: text into a map, in place of what is there. */
static ls_status put(struct ls_node *map, const char *key, const char *text, struct ls_arena *arena)
{
    struct ls_node *const node = text ? ls_node_scalar(arena, key, text) : NULL;
    if (!node)
        return LS_OTHER;
    ls_node_put(map, node);
    return LS_OK;
}

static ls_status put_number(struct ls_node *map, const char *key, size_t number,
                            struct ls_arena *arena)
{
    return put(map, key, ls_arena_printf(arena, "%zu", number), arena);
}

/* "0.9,0.999" as a list. */
static ls_status put_list(struct ls_node *map, const char *key, const char *text,
                          struct ls_arena *arena)
{
    struct ls_node *const list = ls_node_branch(arena, LS_NODE_LIST, key);
    if (!list)
        return LS_OTHER;
    for (const char *at = text; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        at += strspn(at, " ");
        const char *const item = ls_arena_printf(arena, "%.*s", (int)strcspn(at, ","), at);
        struct ls_node *const node = item ? ls_node_scalar(arena, NULL, item) : NULL;
        if (!node)
            return LS_OTHER;
        ls_node_put(list, node);
    }
    ls_node_put(map, list);
    return LS_OK;
}

/* Defaults of a table that the map does not give, so that a later version means the same. */
static ls_status put_defaults(struct ls_node *map, const struct ls_option *table,
                              struct ls_arena *arena)
{
    for (const struct ls_option *row = table; row->name; row++) {
        if (!row->fallback || row->fallback[0] == '\0' || ls_node_get(map, row->name))
            continue;
        const bool is_list =
            row->type == LS_REALS || row->type == LS_SIZES || row->type == LS_NAMES;
        LS_TRY((is_list ? put_list : put)(map, row->name, row->fallback, arena));
    }
    return LS_OK;
}

/* The same for KIND or {KIND: arguments}; arguments in a short form stay as they are. */
static ls_status put_choice(struct ls_node *root, const char *key, const char *kind,
                            const struct ls_option *table, struct ls_arena *arena)
{
    struct ls_node *node = ls_node_get(root, key);
    if (node->kind == LS_NODE_SCALAR) {
        node = ls_node_branch(arena, LS_NODE_MAP, key);
        if (!node)
            return LS_OTHER;
        ls_node_put(root, node);
    }
    struct ls_node *arguments = ls_node_get(node, kind);
    if (!arguments || (arguments->kind == LS_NODE_SCALAR && arguments->text[0] == '\0')) {
        arguments = ls_node_branch(arena, LS_NODE_MAP, kind);
        if (!arguments)
            return LS_OTHER;
        ls_node_put(node, arguments);
    }
    return arguments->kind == LS_NODE_MAP ? put_defaults(arguments, table, arena) : LS_OK;
}

/* Defaults of the tables under their keys; of clip, schedule and the like only where given. */
static ls_status put_sections(struct ls_node *root, struct ls_arena *arena)
{
    static const char *const always[] = {"data", "sampler", "checkpoint"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
        struct ls_node *const node = ls_node_get(root, always[i]);
        if (node && (node->kind != LS_NODE_SCALAR || node->text[0] != '\0'))
            continue;
        struct ls_node *const branch = ls_node_branch(arena, LS_NODE_MAP, always[i]);
        if (!branch)
            return LS_OTHER;
        ls_node_put(root, branch);
    }
    for (const struct ls_job_table *table = ls_job_tables; table->key; table++) {
        struct ls_node *const node = table->key[0] ? ls_node_get(root, table->key) : NULL;
        if (node && node->kind == LS_NODE_MAP)
            LS_TRY(put_defaults(node, table->options, arena));
    }
    return LS_OK;
}

/* class_weights of the loss as numbers: `balanced` has no meaning without the training set. */
static ls_status put_class_weights(struct ls_node *root, const struct ls_loss *loss,
                                   const double *class_weight, size_t k, struct ls_arena *arena)
{
    struct ls_node *const node = ls_node_get(root, "loss");
    struct ls_node *const arguments = node ? ls_node_get(node, loss->ops->kind) : NULL;
    struct ls_node *const list = ls_node_branch(arena, LS_NODE_LIST, "class_weights");
    if (!list)
        return LS_OTHER;
    if (!arguments || !ls_node_get(arguments, "class_weights"))
        return LS_OK;
    for (size_t c = 0; c < k; c++) {
        const char *const text = ls_arena_printf(arena, "%.17g", class_weight[c]);
        struct ls_node *const item = text ? ls_node_scalar(arena, NULL, text) : NULL;
        if (!item)
            return LS_OTHER;
        ls_node_put(list, item);
    }
    ls_node_put(arguments, list);
    return LS_OK;
}

ls_status ls_job_resolve(const struct ls_job *job, struct ls_node *root, size_t shards,
                         const char *engine, const double *class_weight, size_t k,
                         struct ls_arena *arena)
{
    LS_TRY(put_number(root, "seed", job->seed, arena));
    LS_TRY(put_number(root, "shards", shards, arena));
    LS_TRY(put_number(root, "threads", job->threads, arena));
    LS_TRY(put_number(root, "log_every", job->log_every, arena));
    LS_TRY(put(root, "engine", engine, arena));
    struct ls_node *const data = ls_node_get(root, "data");
    LS_TRY(put(data, "train", job->data.train, arena));
    if (job->data.valid_path)
        LS_TRY(put(data, "valid", job->data.valid_path, arena));
    struct ls_node *const init = ls_node_get(root, "init");
    if (init && ls_node_get(init, "from"))
        LS_TRY(put(init, "from", job->init.from, arena));
    LS_TRY(put_sections(root, arena));
    LS_TRY(put_choice(root, "loss", job->loss.ops->kind, job->loss.ops->options, arena));
    LS_TRY(put_choice(root, "optimizer", job->optimizer.ops->kind, job->optimizer.ops->options,
                      arena));
    return class_weight ? put_class_weights(root, &job->loss, class_weight, k, arena) : LS_OK;
}
