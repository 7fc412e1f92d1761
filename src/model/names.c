#include "src/model/names.h"

#include <string.h>

#include "src/model/model.h"

enum { SUFFIX_LEN = 8 }; /* room for ".10000" */

static ls_status check_written(const struct ls_node *written)
{
    if (written->kind != LS_NODE_SCALAR)
        return ls_node_fail(written, "name takes a word");
    const char *const text = written->text;
    if (text[0] != '\0' && text[0] != '.' && strlen(text) + SUFFIX_LEN <= LS_NAME_LEN &&
        !strchr(text, '/') && strcmp(text, "input") != 0)
        return LS_OK;
    return ls_node_fail(written,
                        "\"%s\" is no name for an entry: up to %d characters without /, not "
                        "beginning with a dot, not \"input\"",
                        text, LS_NAME_LEN - SUFFIX_LEN);
}

static const char *make_name(const struct ls_name_table *table, const struct ls_node *node,
                             const char *kind, const char *written)
{
    unsigned of_kind = 1, repetition = 1;
    for (size_t i = 0; i < table->len; i++) {
        of_kind += strcmp(table->rows[i].kind, kind) == 0;
        repetition += table->rows[i].node == node;
    }
    if (!written)
        return ls_arena_printf(table->arena, "%s%u", kind, of_kind);
    return repetition == 1 ? ls_arena_strdup(table->arena, written)
                           : ls_arena_printf(table->arena, "%s.%u", written, repetition);
}

static ls_status grow(struct ls_name_table *table)
{
    if (table->len < table->room)
        return LS_OK;
    const size_t room = table->room ? 2 * table->room : 64;
    struct ls_name *const grown = ls_realloc(table->rows, table->room, room, sizeof *grown);
    if (!grown)
        return LS_OTHER;
    table->rows = grown;
    table->room = room;
    return LS_OK;
}

ls_status ls_name_table_add(struct ls_name_table *table, const struct ls_node *node,
                            const char *kind, const struct ls_node *written, size_t *row)
{
    if (written)
        LS_TRY(check_written(written));
    const char *const text = written ? written->text : NULL;
    const char *const name = make_name(table, node, kind, text);
    if (!name)
        return LS_OTHER;
    for (size_t i = 0; i < table->len; i++)
        if (strcmp(table->rows[i].name, name) == 0)
            return ls_node_fail(written ? written : node,
                                "the name \"%s\" is taken by an earlier entry", name);
    LS_TRY(grow(table));
    *row = table->len++;
    table->rows[*row] = (struct ls_name){name, text, kind, node, LS_NAME_OPEN};
    return LS_OK;
}

static ls_status not_found(const struct ls_name_table *table, const struct ls_node *from)
{
    const char **const names = ls_arena_get(table->arena, 2 * table->len + 2, sizeof *names);
    if (!names)
        return LS_OTHER;
    size_t len = 0;
    names[len++] = "input";
    for (const struct ls_name *row = table->rows; row < table->rows + table->len; row++) {
        if (row->layer == LS_NAME_OPEN)
            continue;
        names[len++] = row->name;
        if (row->written)
            names[len++] = row->written;
    }
    const char *const near = ls_nearest(from->text, names);
    return ls_node_fail(from, "from: no entry before this one is called \"%s\"%s%s%s", from->text,
                        near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
}

ls_status ls_name_table_find(const struct ls_name_table *table, const struct ls_node *from,
                             int *layer)
{
    if (from->kind != LS_NODE_SCALAR)
        return ls_node_fail(from, "from takes the name of an entry");
    *layer = LS_MODEL_INPUT;
    if (strcmp(from->text, "input") == 0)
        return LS_OK;
    for (size_t i = table->len; i-- > 0;) {
        const struct ls_name *const row = &table->rows[i];
        const bool called = strcmp(row->name, from->text) == 0 ||
                            (row->written && strcmp(row->written, from->text) == 0);
        if (!called || row->layer == LS_NAME_OPEN)
            continue;
        *layer = row->layer;
        return LS_OK;
    }
    return not_found(table, from);
}

void ls_name_table_release(struct ls_name_table *table)
{
    ls_free(table->rows);
    *table = (struct ls_name_table){0};
}
