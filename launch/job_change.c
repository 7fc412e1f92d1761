#include "launch/job_change.h"

#include <string.h>

#include "src/base/number.h"
#include "src/base/option.h"

static const char *const compared[] = {"batch",          "loss",       "optimizer", "schedule",
                                       "clip",           "regularize", "sampler",   "init",
                                       "gradient_noise", NULL};
static const char *const compared_data[] = {"inputs",  "labels",    "groups", "normalize",
                                            "augment", "long_tail", "noise",  NULL};

static bool is_equal(const struct ls_node *a, const struct ls_node *b);

static bool is_equal_text(const struct ls_node *a, const struct ls_node *b)
{
    double x = 0, y = 0;
    if (strcmp(a->text, b->text) == 0)
        return true;
    return !a->quoted && !b->quoted && ls_number_real(a->text, &x) && ls_number_real(b->text, &y) &&
           x == y;
}

static bool is_equal_map(const struct ls_node *a, const struct ls_node *b)
{
    if (ls_node_len(a) != ls_node_len(b))
        return false;
    for (const struct ls_node *child = a->child; child; child = child->next)
        if (!is_equal(child, ls_node_get(b, child->key)))
            return false;
    return true;
}

static bool is_equal_list(const struct ls_node *a, const struct ls_node *b)
{
    const struct ls_node *x = a->child, *y = b->child;
    for (; x && y; x = x->next, y = y->next)
        if (!is_equal(x, y))
            return false;
    return x == y;
}

/* KIND, written as {KIND: } or {KIND: {}}. */
static bool is_bare_kind(const struct ls_node *map, const struct ls_node *text)
{
    const struct ls_node *const entry = map->child;
    return map->kind == LS_NODE_MAP && text->kind == LS_NODE_SCALAR && entry && !entry->next &&
           strcmp(entry->key, text->text) == 0 && !entry->child && entry->text[0] == '\0';
}

/* NULL: absent. */
static bool is_equal(const struct ls_node *a, const struct ls_node *b)
{
    if (!a || !b)
        return a == b;
    if (a->kind != b->kind)
        return is_bare_kind(a, b) || is_bare_kind(b, a);
    if (a->kind == LS_NODE_SCALAR)
        return is_equal_text(a, b);
    return a->kind == LS_NODE_MAP ? is_equal_map(a, b) : is_equal_list(a, b);
}

/* A share of the training set, which is no path. */
static bool is_share(const struct ls_node *node)
{
    double share = 0;
    return node && node->kind == LS_NODE_SCALAR && ls_number_real(node->text, &share);
}

static bool is_other_valid(const struct ls_node *before, const struct ls_node *now)
{
    const struct ls_node *const a = ls_node_get(before, "valid");
    const struct ls_node *const b = ls_node_get(now, "valid");
    return (is_share(a) || is_share(b)) && !is_equal(a, b);
}

/* Steps of the whole run; 0 where the job is none. */
static uint64_t length(const struct ls_node *job, uint64_t steps_per_epoch)
{
    const struct ls_node *const steps = ls_node_get(job, "steps");
    const struct ls_node *const epochs = ls_node_get(job, "epochs");
    size_t number = 0;
    if (steps && ls_number_size(steps->text, &number) && number > 0)
        return number;
    return epochs && ls_number_size(epochs->text, &number) ? number * steps_per_epoch : 0;
}

static const char *append(const char *list, const char *prefix, const char *key,
                          struct ls_arena *arena)
{
    return list ? ls_arena_printf(arena, "%s%s%s%s", list, list[0] ? ", " : "", prefix, key) : NULL;
}

static ls_status check(const struct ls_node *before, const struct ls_node *now)
{
    struct ls_choice a, b;
    if (!is_equal(ls_node_get(before, "model"), ls_node_get(now, "model")))
        return ls_node_fail(ls_node_get(now, "model"),
                            "the model is not the run's: change it back, or start a new run with "
                            "init.from");
    const struct ls_node *const optimizer = ls_node_get(now, "optimizer");
    LS_TRY(ls_choice_parse(ls_node_get(before, "optimizer"), "optimizer", NULL, &a));
    LS_TRY(ls_choice_parse(optimizer, "optimizer", NULL, &b));
    if (strcmp(a.kind, b.kind) != 0)
        return ls_node_fail(optimizer,
                            "the run was begun with optimizer: %s, the job says %s: change it "
                            "back, or start a new run with init.from",
                            a.kind, b.kind);
    return LS_OK;
}

ls_status ls_job_change(const struct ls_node *before, const struct ls_node *now,
                        uint64_t steps_per_epoch, const char **changed, struct ls_arena *arena)
{
    const char *list = "";
    const struct ls_node *const data[] = {ls_node_get(before, "data"), ls_node_get(now, "data")};
    LS_TRY(check(before, now));
    for (const char *const *key = compared; *key; key++)
        if (!is_equal(ls_node_get(before, *key), ls_node_get(now, *key)))
            list = append(list, "", *key, arena);
    for (const char *const *key = compared_data; *key; key++)
        if (!is_equal(ls_node_get(data[0], *key), ls_node_get(data[1], *key)))
            list = append(list, "data.", *key, arena);
    if (is_other_valid(data[0], data[1]))
        list = append(list, "data.", "valid", arena);
    const bool follows = ls_node_get(ls_node_get(now, "schedule"), "cosine") != NULL;
    if (follows && length(before, steps_per_epoch) != length(now, steps_per_epoch))
        list = append(list, "", ls_node_get(now, "steps") ? "steps" : "epochs", arena);
    *changed = list;
    return list ? LS_OK : LS_OTHER;
}
