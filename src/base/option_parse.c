#include <string.h>

#include "src/base/option.h"

enum { MAX_KEYS = 96 };

static bool is_null(const struct ls_node *node)
{
    return node->kind == LS_NODE_SCALAR && !node->quoted && node->text[0] == '\0';
}

static bool is_listed(const char *name, const char *const *names)
{
    for (; names && *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static size_t field_bytes(enum ls_option_type type)
{
    static const size_t bytes[] = {
        [LS_BOOL] = sizeof(bool),
        [LS_SIZE] = sizeof(size_t),
        [LS_REAL] = sizeof(double),
        [LS_STRING] = sizeof(const char *),
        [LS_AXES] = sizeof(struct ls_axes),
        [LS_REALS] = sizeof(struct ls_reals),
        [LS_SIZES] = sizeof(struct ls_sizes),
        [LS_NAMES] = sizeof(struct ls_names),
        [LS_ENUM] = sizeof(int),
        [LS_NODE] = sizeof(const struct ls_node *),
    };
    return bytes[type];
}

static ls_status take_default(const struct ls_option *option, const struct ls_node *node,
                              const char *what, struct ls_arena *arena, void *out)
{
    if (!option->fallback)
        return ls_node_fail_key(node, "%s needs \"%s\"", what, option->name);
    char *field = (char *)out + option->offset;
    memset(field, 0, field_bytes(option->type));
    if (option->fallback[0] == '\0') {
        if (option->type == LS_STRING)
            *(const char **)(void *)field = "";
        return LS_OK;
    }
    const ls_status status = ls_option_parse_text(option, option->fallback, what, arena, out);
    LS_ASSERT(status != LS_USAGE); /* a table's default is one of the option's own values */
    return status;
}

static ls_status check_key(const struct ls_option *table, const struct ls_node *entry,
                           const char *what, const char *const *also)
{
    const char *keys[MAX_KEYS + 1];
    size_t len = 0;
    for (const struct ls_option *option = table; option->name; option++) {
        if (strcmp(option->name, entry->key) == 0)
            return LS_OK;
        LS_ASSERT(len < MAX_KEYS);
        keys[len++] = option->name;
    }
    if (is_listed(entry->key, also))
        return LS_OK;
    for (; also && *also; also++) {
        LS_ASSERT(len < MAX_KEYS);
        keys[len++] = *also;
    }
    keys[len] = NULL;
    const char *near = ls_nearest(entry->key, keys);
    if (near)
        return ls_node_fail_key(entry, "%s: unknown key \"%s\" (did you mean \"%s\"?)", what,
                                entry->key, near);
    if (len == 0)
        return ls_node_fail_key(entry, "%s takes no arguments, got \"%s\"", what, entry->key);
    return ls_node_fail_key(entry, "%s: unknown key \"%s\"", what, entry->key);
}

static ls_status check_map(const struct ls_option *table, const struct ls_node *map,
                           const char *what, const char *const *also)
{
    for (const struct ls_node *entry = map->child; entry; entry = entry->next) {
        LS_TRY(check_key(table, entry, what, also));
        const struct ls_node *first = ls_node_get(map, entry->key);
        if (first != entry)
            return ls_node_fail_key(entry, "%s: \"%s\" is given twice, first on line %d", what,
                                    entry->key, first->key_line);
    }
    return LS_OK;
}

ls_status ls_options_parse(const struct ls_option *table, const struct ls_node *node,
                           const char *what, const char *const *also, struct ls_arena *arena,
                           void *out)
{
    const bool is_map = node && node->kind == LS_NODE_MAP;
    const bool is_short = node && !is_map && !is_null(node);
    if (is_map)
        LS_TRY(check_map(table, node, what, also));
    if (is_short && !table->name)
        return ls_node_fail(node, "%s takes no arguments%s%s", what,
                            node->kind == LS_NODE_SCALAR ? ", got " : "", node->text);
    for (const struct ls_option *option = table; option->name; option++) {
        const struct ls_node *value = is_map ? ls_node_get(node, option->name) : NULL;
        if (is_short && option == table)
            value = node;
        if (value && !is_null(value))
            LS_TRY(ls_option_parse(option, value, what, arena, out));
        else
            LS_TRY(take_default(option, value ? value : node, what, arena, out));
    }
    return LS_OK;
}

ls_status ls_choice_parse(const struct ls_node *node, const char *what, const char *const *also,
                          struct ls_choice *choice)
{
    *choice = (struct ls_choice){.node = node};
    if (node && node->kind == LS_NODE_SCALAR && node->text[0] != '\0') {
        choice->kind = node->text;
        return LS_OK;
    }
    if (!node || node->kind != LS_NODE_MAP)
        return ls_node_fail(node, "%s takes KIND or {KIND: arguments}%s", what,
                            node && node->kind == LS_NODE_LIST ? ", got a list" : "");
    for (const struct ls_node *entry = node->child; entry; entry = entry->next) {
        if (is_listed(entry->key, also))
            continue;
        if (choice->kind)
            return ls_node_fail_key(entry, "%s takes one KIND, got \"%s\" and \"%s\"", what,
                                    choice->kind, entry->key);
        choice->kind = entry->key;
        choice->node = entry;
        choice->arguments = is_null(entry) ? NULL : entry;
    }
    if (!choice->kind)
        return ls_node_fail(node, "%s takes KIND or {KIND: arguments}, got no kind", what);
    return LS_OK;
}
