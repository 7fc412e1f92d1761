#include <string.h>
#include <yaml.h>

#include "launch/yaml.h"

struct buffer {
    char *data;
    size_t used, capacity;
};

static int write_buffer(void *context, unsigned char *bytes, size_t len)
{
    struct buffer *buffer = context;
    if (buffer->capacity - buffer->used < len + 1) {
        const size_t capacity = 2 * buffer->capacity + len + 1024;
        char *grown = ls_realloc(buffer->data, buffer->used, capacity, 1);
        if (!grown)
            return 0;
        buffer->data = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->data + buffer->used, bytes, len);
    buffer->used += len;
    buffer->data[buffer->used] = '\0';
    return 1;
}

/* Sends an event that was made well; the emitter then owns it, in any case. */
static bool send(yaml_emitter_t *emitter, yaml_event_t *event, int made)
{
    return made && yaml_emitter_emit(emitter, event);
}

static bool looks_null(const char *text)
{
    return strcmp(text, "~") == 0 || strcmp(text, "null") == 0 || strcmp(text, "Null") == 0 ||
           strcmp(text, "NULL") == 0;
}

static bool emit_text(yaml_emitter_t *emitter, const char *text, bool quoted)
{
    yaml_event_t event;
    const yaml_scalar_style_t style =
        quoted ? YAML_SINGLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE;
    /* the library's signature lacks the const that its code keeps to */
    union {
        const char *in;
        yaml_char_t *out;
    } value = {text};
    return send(emitter, &event,
                yaml_scalar_event_initialize(&event, NULL, NULL, value.out, (int)strlen(text), 1, 1,
                                             style));
}

static bool emit_scalar(yaml_emitter_t *emitter, const struct ls_node *node)
{
    if (!node->quoted && node->text[0] == '\0')
        return emit_text(emitter, "~", false);
    return emit_text(emitter, node->text, node->quoted || looks_null(node->text));
}

static bool emit_node(yaml_emitter_t *emitter, const struct ls_node *node)
{
    yaml_event_t event;
    if (node->kind == LS_NODE_SCALAR)
        return emit_scalar(emitter, node);
    const bool is_map = node->kind == LS_NODE_MAP;
    const int made = is_map ? yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
                                                                  YAML_BLOCK_MAPPING_STYLE)
                            : yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
                                                                   YAML_BLOCK_SEQUENCE_STYLE);
    if (!send(emitter, &event, made))
        return false;
    for (const struct ls_node *child = node->child; child; child = child->next)
        if ((is_map && !emit_text(emitter, child->key, false)) || !emit_node(emitter, child))
            return false;
    return send(emitter, &event,
                is_map ? yaml_mapping_end_event_initialize(&event)
                       : yaml_sequence_end_event_initialize(&event));
}

static bool emit_document(yaml_emitter_t *emitter, const struct ls_node *root)
{
    yaml_event_t event;
    return send(emitter, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING)) &&
           send(emitter, &event,
                yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1)) &&
           emit_node(emitter, root) &&
           send(emitter, &event, yaml_document_end_event_initialize(&event, 1)) &&
           send(emitter, &event, yaml_stream_end_event_initialize(&event));
}

ls_status ls_yaml_emit(const struct ls_node *root, struct ls_arena *arena, const char **text)
{
    yaml_emitter_t emitter;
    struct buffer buffer = {0};
    if (!yaml_emitter_initialize(&emitter))
        return ls_fail(LS_OTHER, "out of memory");
    yaml_emitter_set_output(&emitter, write_buffer, &buffer);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    ls_status status = LS_OK;
    if (!emit_document(&emitter, root))
        status = ls_fail(LS_OTHER, "cannot write the job as YAML: %s",
                         emitter.problem ? emitter.problem : "out of memory");
    else if (!(*text = ls_arena_strdup(arena, buffer.data)))
        status = LS_OTHER;
    yaml_emitter_delete(&emitter);
    ls_free(buffer.data);
    return status;
}
