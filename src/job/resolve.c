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

/* The arguments of KIND or {KIND: arguments} as a map; in a short form they become the first row
 * of the kind's table. NULL: out of memory. */
static struct ls_node *arguments_of(struct ls_node *root, const char *key, const char *kind,
                                    const struct ls_option *table, struct ls_arena *arena)
{
    struct ls_node *node = ls_node_get(root, key);
    if (node->kind == LS_NODE_SCALAR) {
        node = ls_node_branch(arena, LS_NODE_MAP, key);
        if (!node)
            return NULL;
        ls_node_put(root, node);
    }
    struct ls_node *const given = ls_node_get(node, kind);
    if (given && given->kind == LS_NODE_MAP)
        return given;
    struct ls_node *const arguments = ls_node_branch(arena, LS_NODE_MAP, kind);
    if (!arguments)
        return NULL;
    ls_node_put(node, arguments);
    if (given && (given->kind == LS_NODE_LIST || given->text[0] != '\0')) {
        given->key = table->name;
        ls_node_put(arguments, given);
    }
    return arguments;
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

/* `hard: 0.25` as a map with all its defaults. */
static ls_status put_hard(struct ls_node *sampler, const struct ls_hard *hard,
                          struct ls_arena *arena)
{
    struct ls_node *node = ls_node_get(sampler, "hard");
    if (!hard->on)
        return LS_OK;
    if (node->kind == LS_NODE_SCALAR) {
        struct ls_node *const map = ls_node_branch(arena, LS_NODE_MAP, "hard");
        if (!map)
            return LS_OTHER;
        LS_TRY(put(map, "share", node->text, arena));
        ls_node_put(sampler, map);
        node = map;
    }
    return put_defaults(node, ls_hard_options, arena);
}

/* Numbers of the classes in place of what the arguments say; `real` or else `whole`. */
static ls_status put_numbers(struct ls_node *arguments, const char *key, const double *real_,
                             const size_t *whole, size_t len, struct ls_arena *arena)
{
    struct ls_node *const list = ls_node_branch(arena, LS_NODE_LIST, key);
    if (!list)
        return LS_OTHER;
    for (size_t i = 0; i < len; i++) {
        const char *const text = real_ ? ls_arena_printf(arena, "%.17g", real_[i])
                                       : ls_arena_printf(arena, "%zu", whole[i]);
        struct ls_node *const item = text ? ls_node_scalar(arena, NULL, text) : NULL;
        if (!item)
            return LS_OTHER;
        ls_node_put(list, item);
    }
    ls_node_put(arguments, list);
    return LS_OK;
}

/* class_weights and class_counts as numbers: words for them have no meaning without the training
 * set. */
static ls_status put_loss(struct ls_node *root, const struct ls_loss_ops *ops,
                          const struct ls_loss *loss, struct ls_arena *arena)
{
    struct ls_node *const arguments = arguments_of(root, "loss", ops->kind, ops->options, arena);
    if (!arguments)
        return LS_OTHER;
    LS_TRY(put_defaults(arguments, ops->options, arena));
    LS_TRY(put_defaults(arguments, ls_loss_shared_options(ops), arena));
    if (loss && loss->shared.class_weights)
        LS_TRY(put_numbers(arguments, "class_weights", loss->class_weight, NULL, loss->k, arena));
    if (loss && loss->class_count)
        LS_TRY(put_numbers(arguments, "class_counts", NULL, loss->class_count, loss->k, arena));
    return LS_OK;
}

static ls_status put_on_failure(struct ls_node *root, const struct ls_policy_kind *policy,
                                struct ls_arena *arena)
{
    struct ls_node *const arguments =
        arguments_of(root, "on_failure", policy->kind, policy->options, arena);
    return arguments ? put_defaults(arguments, policy->options, arena) : LS_OTHER;
}

ls_status ls_job_resolve(const struct ls_job *job, struct ls_node *root, size_t shards,
                         const char *engine, const struct ls_loss *loss, struct ls_arena *arena)
{
    LS_TRY(put_number(root, "seed", job->seed, arena));
    LS_TRY(put_number(root, "shards", shards, arena));
    LS_TRY(put_number(root, "threads", job->threads, arena));
    LS_TRY(put_number(root, "log_every", job->log_every, arena));
    LS_TRY(put_number(root, "watch_every", job->watch_every, arena));
    LS_TRY(put(root, "engine", engine, arena));
    struct ls_node *const data = ls_node_get(root, "data");
    LS_TRY(put(data, "train", job->data.train, arena));
    if (job->data.valid_path)
        LS_TRY(put(data, "valid", job->data.valid_path, arena));
    struct ls_node *const init = ls_node_get(root, "init");
    if (init && ls_node_get(init, "from"))
        LS_TRY(put(init, "from", job->init.from, arena));
    LS_TRY(put_sections(root, arena));
    LS_TRY(put_hard(ls_node_get(root, "sampler"), &job->sampler.hard, arena));
    LS_TRY(put_loss(root, job->loss.ops, loss, arena));
    if (job->on_failure.policy != LS_POLICY_STOP)
        LS_TRY(put_on_failure(root, &ls_policies[job->on_failure.policy], arena));
    const struct ls_option *const options = job->optimizer.ops->options;
    struct ls_node *const arguments =
        arguments_of(root, "optimizer", job->optimizer.ops->kind, options, arena);
    return arguments ? put_defaults(arguments, options, arena) : LS_OTHER;
}
