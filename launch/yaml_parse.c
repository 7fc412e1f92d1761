#include <stdarg.h>
#include <string.h>
#include <yaml.h>

#include "launch/yaml.h"

enum { MAX_DEPTH = 64, MAX_KEYS = 4096, MAX_NODES = 1000000 };

/* A list or map that is still open. */
struct frame {
    struct ls_node *branch, *last;
    size_t len;
    const char *key; /* of a map, read and waiting for its value */
    yaml_mark_t key_mark;
};

struct loader {
    yaml_parser_t parser;
    struct ls_arena *arena;
    const char *file;
    bool placed; /* lines and columns mean something to the user */
    size_t n_nodes;
    int depth;
    struct frame frames[MAX_DEPTH];
    struct ls_node *root;
};

static ls_status fail_at(const struct loader *loader, yaml_mark_t mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static ls_status fail_at(const struct loader *loader, yaml_mark_t mark, const char *format, ...)
{
    char text[LS_MESSAGE_LEN];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const struct ls_node place = {.file = loader->file,
                                  .line = loader->placed ? (int)mark.line + 1 : 0,
                                  .column = (int)mark.column + 1};
    return ls_node_fail(&place, "%s", text);
}

/* The library names only the offset of a byte that is no UTF-8. */
static yaml_mark_t mark_of(const char *text, size_t offset)
{
    yaml_mark_t mark = {.index = offset};
    for (size_t i = 0; i < offset; i++) {
        mark.column = text[i] == '\n' ? 0 : mark.column + 1;
        mark.line += text[i] == '\n';
    }
    return mark;
}

static ls_status explain(const struct loader *loader, const char *text, size_t len)
{
    const yaml_parser_t *parser = &loader->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        return ls_fail(LS_OTHER, "%s: out of memory", loader->file);
    const char *problem = parser->problem ? parser->problem : "not YAML";
    if (parser->error == YAML_READER_ERROR) {
        const size_t offset = parser->problem_offset < len ? parser->problem_offset : len;
        return fail_at(loader, mark_of(text, offset), "%s", problem);
    }
    return parser->context
               ? fail_at(loader, parser->problem_mark, "%s (%s)", problem, parser->context)
               : fail_at(loader, parser->problem_mark, "%s", problem);
}

static bool is_null(const char *text)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

static ls_status add_key(struct loader *loader, struct frame *frame, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    for (const struct ls_node *entry = frame->branch->child; entry; entry = entry->next)
        if (strcmp(entry->key, text) == 0)
            return loader->placed
                       ? fail_at(loader, event->start_mark,
                                 "\"%s\" is given twice, first on line %d", text, entry->key_line)
                       : fail_at(loader, event->start_mark, "\"%s\" is given twice", text);
    frame->key = ls_arena_strdup(loader->arena, text);
    frame->key_mark = event->start_mark;
    return frame->key ? LS_OK : LS_OTHER;
}

/* Links a node where the next value belongs. */
static ls_status add(struct loader *loader, struct ls_node *node, yaml_mark_t mark)
{
    if (!node)
        return LS_OTHER;
    if (++loader->n_nodes > MAX_NODES)
        return fail_at(loader, mark, "more than %d values", MAX_NODES);
    node->file = loader->file;
    node->line = loader->placed ? (int)mark.line + 1 : 0;
    node->column = loader->placed ? (int)mark.column + 1 : 0;
    if (loader->depth == 0) {
        loader->root = node;
        return LS_OK;
    }
    struct frame *frame = &loader->frames[loader->depth - 1];
    if (frame->branch->kind == LS_NODE_MAP) {
        if (++frame->len > MAX_KEYS)
            return fail_at(loader, mark, "a map of more than %d keys", MAX_KEYS);
        node->key = frame->key;
        node->key_line = loader->placed ? (int)frame->key_mark.line + 1 : 0;
        node->key_column = loader->placed ? (int)frame->key_mark.column + 1 : 0;
        frame->key = NULL;
    }
    *(frame->last ? &frame->last->next : &frame->branch->child) = node;
    frame->last = node;
    return LS_OK;
}

static bool expects_key(const struct loader *loader)
{
    const struct frame *frame = loader->depth ? &loader->frames[loader->depth - 1] : NULL;
    return frame && frame->branch->kind == LS_NODE_MAP && !frame->key;
}

static ls_status add_scalar(struct loader *loader, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    if (strlen(text) != event->data.scalar.length)
        return fail_at(loader, event->start_mark, "a zero byte in a text");
    if (event->data.scalar.anchor || event->data.scalar.tag)
        return fail_at(loader, event->start_mark, "anchors and tags are not supported");
    if (expects_key(loader))
        return add_key(loader, &loader->frames[loader->depth - 1], event);
    const bool quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    const bool null = !quoted && is_null(text);
    struct ls_node *node = ls_node_scalar(loader->arena, NULL, null ? "" : text);
    if (node)
        node->quoted = quoted;
    return add(loader, node, event->start_mark);
}

static ls_status open_branch(struct loader *loader, enum ls_node_kind kind,
                             const yaml_event_t *event)
{
    const bool is_map = kind == LS_NODE_MAP;
    if (is_map ? event->data.mapping_start.anchor || event->data.mapping_start.tag
               : event->data.sequence_start.anchor || event->data.sequence_start.tag)
        return fail_at(loader, event->start_mark, "anchors and tags are not supported");
    if (expects_key(loader))
        return fail_at(loader, event->start_mark, "a list or map cannot be a key");
    if (loader->depth == MAX_DEPTH)
        return fail_at(loader, event->start_mark, "nested deeper than %d", MAX_DEPTH);
    struct ls_node *node = ls_node_branch(loader->arena, kind, NULL);
    LS_TRY(add(loader, node, event->start_mark));
    loader->frames[loader->depth++] = (struct frame){.branch = node};
    return LS_OK;
}

static ls_status take(struct loader *loader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return add_scalar(loader, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_branch(loader, LS_NODE_LIST, event);
    case YAML_MAPPING_START_EVENT:
        return open_branch(loader, LS_NODE_MAP, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        loader->depth--;
        return LS_OK;
    case YAML_ALIAS_EVENT:
        return fail_at(loader, event->start_mark, "aliases are not supported, write it out");
    case YAML_DOCUMENT_START_EVENT:
        if (loader->root)
            return fail_at(loader, event->start_mark, "a second document, where one is expected");
        return LS_OK;
    default:
        return LS_OK;
    }
}

static ls_status load(struct loader *loader, const char *text, size_t len)
{
    for (bool done = false; !done;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&loader->parser, &event))
            return explain(loader, text, len);
        done = event.type == YAML_STREAM_END_EVENT;
        const ls_status status = take(loader, &event);
        yaml_event_delete(&event);
        LS_TRY(status);
    }
    return LS_OK;
}

static ls_status parse(struct loader *loader, const char *text, size_t len)
{
    if (!loader->file)
        return LS_OTHER;
    if (!yaml_parser_initialize(&loader->parser))
        return ls_fail(LS_OTHER, "%s: out of memory", loader->file);
    yaml_parser_set_input_string(&loader->parser, (const unsigned char *)text, len);
    const ls_status status = load(loader, text, len);
    yaml_parser_delete(&loader->parser);
    return status;
}

ls_status ls_yaml_parse(const char *text, size_t len, const char *file, struct ls_arena *arena,
                        struct ls_node **root)
{
    struct loader loader = {.arena = arena, .file = ls_arena_strdup(arena, file), .placed = true};
    LS_TRY(parse(&loader, text, len));
    const struct ls_node *node = loader.root;
    if (!node || (node->kind == LS_NODE_SCALAR && !node->quoted && !node->text[0]))
        return ls_fail(LS_USAGE, "%s: the file is empty", file);
    *root = loader.root;
    return LS_OK;
}

ls_status ls_yaml_value(const char *text, struct ls_arena *arena, struct ls_node **value)
{
    struct loader loader = {.arena = arena, .file = "command line"};
    LS_TRY(parse(&loader, text, strlen(text)));
    if (!loader.root) {
        loader.root = ls_node_scalar(arena, NULL, "");
        LS_TRY(loader.root ? LS_OK : LS_OTHER);
        loader.root->file = loader.file;
    }
    *value = loader.root;
    return LS_OK;
}
