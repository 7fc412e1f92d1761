#include <string.h>

#include "launch/yaml.h"
#include "src/base/number.h"

/* A key on its way into the tree. */
struct path {
    const char *whole; /* for messages */
    char *rest;        /* parts not yet taken, NULL when none are left */
    const char *part;
};

static bool next_part(struct path *path)
{
    path->part = path->rest;
    char *dot = strchr(path->rest, '.');
    if (dot)
        *dot = '\0';
    path->rest = dot ? dot + 1 : NULL;
    return path->part[0] != '\0';
}

static ls_status fail(const char *key, const char *problem)
{
    return ls_fail(LS_USAGE, "command line: %s: %s", key, problem);
}

/* The link that holds entry `part` of a list. */
static ls_status find_entry(struct ls_node *list, const struct path *path, struct ls_node ***link)
{
    size_t index;
    const size_t len = ls_node_len(list);
    if (!ls_number_size(path->part, &index) || index >= len)
        return ls_fail(LS_USAGE, "command line: %s: \"%s\" is no entry of a list of %zu, from 0",
                       path->whole, path->part, len);
    *link = &list->child;
    for (; index > 0; index--)
        *link = &(**link)->next;
    return LS_OK;
}

/* Makes a map of a node that the key goes on into. */
static ls_status open_scalar(struct ls_node *node, const struct path *path, struct ls_arena *arena)
{
    const bool is_null = !node->quoted && node->text[0] == '\0';
    if (!is_null && strcmp(node->text, path->part) != 0)
        return ls_fail(LS_USAGE,
                       "command line: %s: there is \"%s\" where \"%s\" would be looked up; give "
                       "the whole map, as in KEY={%s: …}",
                       path->whole, node->text, path->part, path->part);
    const char *kind = node->text;
    node->kind = LS_NODE_MAP;
    node->text = "";
    node->quoted = false;
    if (is_null)
        return LS_OK;
    struct ls_node *arguments = ls_node_scalar(arena, kind, "");
    if (!arguments)
        return LS_OTHER;
    arguments->file = node->file;
    arguments->line = arguments->key_line = node->line;
    arguments->column = arguments->key_column = node->column;
    ls_node_put(node, arguments);
    return LS_OK;
}

/* One part further down; absent entries of maps are made. */
static ls_status descend(struct ls_node **node, const struct path *path, struct ls_arena *arena)
{
    if ((*node)->kind == LS_NODE_LIST) {
        struct ls_node **link = NULL;
        LS_TRY(find_entry(*node, path, &link));
        *node = *link;
        return LS_OK;
    }
    struct ls_node *entry = ls_node_get(*node, path->part);
    if (!entry) {
        entry = ls_node_branch(arena, LS_NODE_MAP, path->part);
        if (!entry)
            return LS_OTHER;
        entry->file = "command line";
        ls_node_put(*node, entry);
    }
    *node = entry;
    return LS_OK;
}

static ls_status put(struct ls_node *parent, const struct path *path, struct ls_node *value,
                     struct ls_arena *arena)
{
    if (parent->kind == LS_NODE_LIST) {
        struct ls_node **link = NULL;
        LS_TRY(find_entry(parent, path, &link));
        value->next = (*link)->next;
        *link = value;
        return LS_OK;
    }
    value->key = ls_arena_strdup(arena, path->part);
    if (!value->key)
        return LS_OTHER;
    ls_node_put(parent, value);
    return LS_OK;
}

ls_status ls_yaml_override(struct ls_node *root, const char *assignment, struct ls_arena *arena)
{
    const char *equals = strchr(assignment, '=');
    if (!equals || equals == assignment)
        return ls_fail(LS_USAGE, "command line: \"%s\" is not KEY=VALUE", assignment);
    const char *whole = ls_arena_printf(arena, "%.*s", (int)(equals - assignment), assignment);
    char *rest = whole ? ls_arena_strdup(arena, whole) : NULL;
    if (!rest)
        return LS_OTHER;
    struct ls_node *value;
    const ls_status status = ls_yaml_value(equals + 1, arena, &value);
    if (status != LS_OK)
        return ls_within(status, "%s", whole);
    struct path path = {.whole = whole, .rest = rest};
    for (struct ls_node *node = root;;) {
        if (!next_part(&path))
            return fail(whole, "a part of the key is empty");
        if (node->kind == LS_NODE_SCALAR)
            LS_TRY(open_scalar(node, &path, arena));
        if (!path.rest)
            return put(node, &path, value, arena);
        LS_TRY(descend(&node, &path, arena));
    }
}
