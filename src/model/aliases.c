#include "src/model/aliases.h"

#include <string.h>

#include "src/model/model.h"

ls_status ls_aliases_add(struct ls_aliases *aliases, const char *written, int layer)
{
    if (aliases->len == aliases->room) {
        const size_t room = aliases->room ? 2 * aliases->room : 64;
        struct ls_alias *const grown =
            ls_realloc(aliases->items, aliases->room, room, sizeof *aliases->items);
        if (!grown)
            return LS_OTHER;
        aliases->items = grown;
        aliases->room = room;
    }
    const char *const kept = ls_arena_strdup(aliases->arena, written);
    aliases->items[aliases->len++] = (struct ls_alias){kept, layer};
    return kept ? LS_OK : LS_OTHER;
}

static ls_status not_found(const struct ls_aliases *aliases, const struct ls_node *from)
{
    const char **const names = ls_arena_get(aliases->arena, aliases->len + 2, sizeof *names);
    if (!names)
        return LS_OTHER;
    names[0] = "input";
    for (size_t i = 0; i < aliases->len; i++)
        names[i + 1] = aliases->items[i].written;
    const char *const near = ls_nearest(from->text, names);
    return ls_node_fail(from, "from: no entry before this one is called \"%s\"%s%s%s", from->text,
                        near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
}

ls_status ls_aliases_find(const struct ls_aliases *aliases, const struct ls_node *from, int *layer)
{
    if (from->kind != LS_NODE_SCALAR)
        return ls_node_fail(from, "from takes the name of an entry");
    *layer = LS_MODEL_INPUT;
    if (strcmp(from->text, "input") == 0)
        return LS_OK;
    for (size_t i = aliases->len; i-- > 0;)
        if (strcmp(aliases->items[i].written, from->text) == 0) {
            *layer = aliases->items[i].layer;
            return LS_OK;
        }
    return not_found(aliases, from);
}

void ls_aliases_release(struct ls_aliases *aliases)
{
    ls_free(aliases->items);
    *aliases = (struct ls_aliases){0};
}
