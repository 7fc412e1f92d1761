#include "src/base/node.h"

#include <stdarg.h>
#include <string.h>

struct ls_node *ls_node_get(const struct ls_node *map, const char *key)
{
    if (!map || map->kind != LS_NODE_MAP)
        return NULL;
    for (struct ls_node *entry = map->child; entry; entry = entry->next)
        if (strcmp(entry->key, key) == 0)
            return entry;
    return NULL;
}

size_t ls_node_len(const struct ls_node *node)
{
    size_t len = 0;
    for (const struct ls_node *child = node->child; child; child = child->next)
        len++;
    return len;
}

struct ls_node *ls_node_branch(struct ls_arena *arena, enum ls_node_kind kind, const char *key)
{
    struct ls_node *node = ls_arena_get(arena, 1, sizeof *node);
    if (!node)
        return NULL;
    node->kind = kind;
    node->text = "";
    if (key && !(node->key = ls_arena_strdup(arena, key)))
        return NULL;
    return node;
}

struct ls_node *ls_node_scalar(struct ls_arena *arena, const char *key, const char *text)
{
    struct ls_node *node = ls_node_branch(arena, LS_NODE_SCALAR, key);
    if (node && !(node->text = ls_arena_strdup(arena, text)))
        return NULL;
    return node;
}

void ls_node_put(struct ls_node *parent, struct ls_node *child)
{
    const bool is_map = parent->kind == LS_NODE_MAP;
    struct ls_node **link = &parent->child;
    while (*link && !(is_map && strcmp((*link)->key, child->key) == 0))
        link = &(*link)->next;
    child->next = *link ? (*link)->next : NULL;
    *link = child;
}

void ls_node_remove(struct ls_node *map, const char *key)
{
    struct ls_node **link = &map->child;
    while (*link && strcmp((*link)->key, key) != 0)
        link = &(*link)->next;
    if (*link)
        *link = (*link)->next;
}

static ls_status fail_at(const char *file, int line, int column, const char *text)
{
    if (!file)
        return ls_fail(LS_USAGE, "%s", text);
    if (line <= 0)
        return ls_fail(LS_USAGE, "%s: %s", file, text);
    return ls_fail(LS_USAGE, "%s:%d:%d: %s", file, line, column, text);
}

ls_status ls_node_fail(const struct ls_node *node, const char *format, ...)
{
    char text[LS_MESSAGE_LEN];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return node ? fail_at(node->file, node->line, node->column, text) : fail_at(NULL, 0, 0, text);
}

ls_status ls_node_fail_key(const struct ls_node *node, const char *format, ...)
{
    char text[LS_MESSAGE_LEN];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!node)
        return fail_at(NULL, 0, 0, text);
    return node->key_line > 0 ? fail_at(node->file, node->key_line, node->key_column, text)
                              : fail_at(node->file, node->line, node->column, text);
}
