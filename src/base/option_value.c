/* One value of an option: a reader for each type. A reader returns false when the node is not
 * what the option takes, and then one place words the message; memory failures leave by status. */
#include <string.h>

#include "src/base/number.h"
#include "src/base/option.h"

struct reading {
    const struct ls_option *option;
    struct ls_arena *arena;
    bool no_memory;
};

typedef bool reader(struct reading *reading, const struct ls_node *node, void *out);

static bool is_plain(const struct ls_node *node)
{
    return node->kind == LS_NODE_SCALAR && !node->quoted;
}

static bool in_range(const struct ls_option *option, double value)
{
    const bool any = option->min == 0 && option->max == 0;
    return any || (value >= option->min && value <= option->max);
}

static bool read_bool(struct reading *reading, const struct ls_node *node, void *out)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    (void)reading;
    if (!is_plain(node))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(node->text, words[i]) == 0) {
            *(bool *)out = i % 2 == 1;
            return true;
        }
    return false;
}

static bool read_size(struct reading *reading, const struct ls_node *node, void *out)
{
    size_t value;
    if (!is_plain(node) || !ls_number_size(node->text, &value) ||
        !in_range(reading->option, (double)value))
        return false;
    *(size_t *)out = value;
    return true;
}

static bool read_real(struct reading *reading, const struct ls_node *node, void *out)
{
    double value;
    if (!is_plain(node) || !ls_number_real(node->text, &value) || !in_range(reading->option, value))
        return false;
    *(double *)out = value;
    return true;
}

static bool read_string(struct reading *reading, const struct ls_node *node, void *out)
{
    if (node->kind != LS_NODE_SCALAR)
        return false;
    const char *copy = ls_arena_strdup(reading->arena, node->text);
    reading->no_memory = !copy;
    *(const char **)out = copy;
    return copy != NULL;
}

static bool read_enum(struct reading *reading, const struct ls_node *node, void *out)
{
    if (node->kind != LS_NODE_SCALAR)
        return false;
    for (int i = 0; reading->option->words[i]; i++)
        if (strcmp(node->text, reading->option->words[i]) == 0) {
            *(int *)out = i;
            return true;
        }
    return false;
}

static bool read_node(struct reading *reading, const struct ls_node *node, void *out)
{
    (void)reading;
    *(const struct ls_node **)out = node;
    return true;
}

static bool read_axes(struct reading *reading, const struct ls_node *node, void *out)
{
    struct ls_axes axes = {0};
    const char *const *words = reading->option->words;
    for (; words && *words && node->kind == LS_NODE_SCALAR; words++)
        if (strcmp(node->text, *words) == 0)
            axes.word = *words;
    if (node->kind == LS_NODE_LIST) {
        for (const struct ls_node *child = node->child; child; child = child->next)
            if (axes.len == LS_MAX_AXES || !read_size(reading, child, &axes.value[axes.len++]))
                return false;
        if (axes.len == 0)
            return false;
    } else if (!axes.word) {
        axes.len = 1;
        if (!read_size(reading, node, &axes.value[0]))
            return false;
        for (size_t i = 1; i < LS_MAX_AXES; i++)
            axes.value[i] = axes.value[0];
    }
    *(struct ls_axes *)out = axes;
    return true;
}

/* The elements of a list, each by `read`; a single scalar is a list of one. */
static bool read_list(struct reading *reading, const struct ls_node *node, reader *read,
                      size_t bytes, size_t *len, void **values)
{
    if (node->kind == LS_NODE_MAP)
        return false;
    const bool is_list = node->kind == LS_NODE_LIST;
    const size_t count = is_list ? ls_node_len(node) : 1;
    char *memory = ls_arena_get(reading->arena, count, bytes);
    reading->no_memory = !memory;
    if (!memory)
        return false;
    const struct ls_node *element = is_list ? node->child : node;
    for (size_t i = 0; i < count; i++, element = element->next)
        if (!read(reading, element, memory + i * bytes))
            return false;
    *len = count;
    *values = memory;
    return true;
}

static bool read_reals(struct reading *reading, const struct ls_node *node, void *out)
{
    struct ls_reals *reals = out;
    void *values = NULL;
    if (!read_list(reading, node, read_real, sizeof *reals->value, &reals->len, &values))
        return false;
    reals->value = values;
    return true;
}

static bool read_sizes(struct reading *reading, const struct ls_node *node, void *out)
{
    struct ls_sizes *sizes = out;
    void *values = NULL;
    if (!read_list(reading, node, read_size, sizeof *sizes->value, &sizes->len, &values))
        return false;
    sizes->value = values;
    return true;
}

static bool read_names(struct reading *reading, const struct ls_node *node, void *out)
{
    struct ls_names *names = out;
    void *values = NULL;
    if (!read_list(reading, node, read_string, sizeof *names->value, &names->len, &values))
        return false;
    names->value = values;
    return true;
}

static reader *const readers[] = {
    [LS_BOOL] = read_bool,     [LS_SIZE] = read_size,   [LS_REAL] = read_real,
    [LS_STRING] = read_string, [LS_AXES] = read_axes,   [LS_REALS] = read_reals,
    [LS_SIZES] = read_sizes,   [LS_NAMES] = read_names, [LS_ENUM] = read_enum,
    [LS_NODE] = read_node,
};

static ls_status refuse(const struct ls_option *option, const struct ls_node *node,
                        const char *what)
{
    char takes[LS_OPTION_TEXT];
    ls_option_takes(option, takes);
    if (node->kind != LS_NODE_SCALAR)
        return ls_node_fail(node, "%s: %s takes %s, got a %s", what, option->name, takes,
                            node->kind == LS_NODE_LIST ? "list" : "map");
    const char *near = option->words ? ls_nearest(node->text, option->words) : NULL;
    if (near)
        return ls_node_fail(node, "%s: %s takes %s, got \"%s\" (did you mean \"%s\"?)", what,
                            option->name, takes, node->text, near);
    return ls_node_fail(node, "%s: %s takes %s, got \"%s\"%s", what, option->name, takes,
                        node->text, node->quoted ? " in quotes" : "");
}

/* The first element that is refused, so that the message points at it. */
static const struct ls_node *culprit(struct reading *reading, const struct ls_node *node)
{
    struct ls_axes unused;
    if (node->kind != LS_NODE_LIST)
        return node;
    reader *read = reading->option->type == LS_REALS ? read_real : read_size;
    if (read == read_size && reading->option->type != LS_SIZES && reading->option->type != LS_AXES)
        return node;
    for (const struct ls_node *child = node->child; child; child = child->next)
        if (!read(reading, child, &unused))
            return child;
    return node;
}

ls_status ls_option_parse(const struct ls_option *option, const struct ls_node *node,
                          const char *what, struct ls_arena *arena, void *out)
{
    struct reading reading = {option, arena, false};
    if (readers[option->type](&reading, node, (char *)out + option->offset))
        return LS_OK;
    return reading.no_memory ? LS_OTHER : refuse(option, culprit(&reading, node), what);
}

static struct ls_node *split(const char *text, struct ls_arena *arena)
{
    struct ls_node *list = ls_node_branch(arena, LS_NODE_LIST, NULL);
    char *rest = ls_arena_strdup(arena, text);
    while (list && rest) {
        const size_t blank = strspn(rest, " [],");
        const size_t len = strcspn(rest + blank, "[],");
        if (len == 0)
            return list;
        char *element = rest + blank;
        rest = element + len + (element[len] != '\0');
        element[len] = '\0';
        struct ls_node *node = ls_node_scalar(arena, NULL, element);
        if (!node)
            return NULL;
        ls_node_put(list, node);
    }
    return NULL;
}

ls_status ls_option_parse_text(const struct ls_option *option, const char *text, const char *what,
                               struct ls_arena *arena, void *out)
{
    const bool is_list = option->type == LS_REALS || option->type == LS_SIZES ||
                         option->type == LS_NAMES || (option->type == LS_AXES && strchr(text, ','));
    struct ls_node *node = is_list ? split(text, arena) : ls_node_scalar(arena, NULL, text);
    return node ? ls_option_parse(option, node, what, arena, out) : LS_OTHER;
}
