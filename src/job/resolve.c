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
    return class_weight ? put_class_weights(root, &job->loss, class_weight, k, arena) : LS_OK;
}
