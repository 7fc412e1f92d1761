#include "src/model/graph.h"

#include <string.h>

#include "src/model/names.h"

enum { MAX_DEPTH = 16, MAX_NODES = 10000, MAX_KINDS = 64 };

/* What an entry gives to the layers that it stands for. */
struct given {
    const struct ls_init *init;
    double lr_scale;
};

struct unroller {
    struct ls_graph *graph;
    struct ls_arena *arena;
    struct ls_name_table names;
    int depth;
    struct given given; /* by the entries around */
};

static const char *const composite[] = {"residual", "repeat", NULL};
enum { NAME, FROM, INIT, LR_SCALE, BESIDE };
static const char *const beside_kind[] = {
    [NAME] = "name", [FROM] = "from", [INIT] = "init", [LR_SCALE] = "lr_scale", [BESIDE] = NULL};

struct residual {
    const struct ls_node *body, *shortcut;
};

static const struct ls_option residual_options[] = {
    {"body", LS_NODE, offsetof(struct residual, body), NULL, 0, 0, NULL, "entries of the body"},
    {"shortcut", LS_NODE, offsetof(struct residual, shortcut), "", 0, 0, NULL,
     "entries of the shortcut [the input itself]"},
    {0}};

struct repeat {
    size_t times;
    const struct ls_node *body;
};

static const struct ls_option repeat_options[] = {
    {"times", LS_SIZE, offsetof(struct repeat, times), NULL, 1, 10000, NULL, "how often"},
    {"body", LS_NODE, offsetof(struct repeat, body), NULL, 0, 0, NULL, "entries to repeat"},
    {0}};

/* An entry of the job's list: what it is, and what stands beside its kind. */
struct entry {
    struct ls_choice choice;
    const struct ls_node *beside[BESIDE]; /* NULL: not there */
};

static ls_status unroll_list(struct unroller *u, const struct ls_node *list, int input,
                             int *output);

static ls_status unknown_kind(const struct ls_choice *choice)
{
    const char *names[MAX_KINDS];
    size_t len = 0;
    for (; composite[len]; len++)
        names[len] = composite[len];
    for (size_t i = 0; ls_layer_kinds[i]; i++)
        names[len++] = ls_layer_kinds[i]->kind;
    LS_ASSERT(len < MAX_KINDS);
    names[len] = NULL;
    const char *const near = ls_nearest(choice->kind, names);
    return ls_node_fail(choice->node, "unknown layer \"%s\"%s%s%s", choice->kind,
                        near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
}

static ls_status read_entry(const struct ls_node *node, struct entry *entry)
{
    *entry = (struct entry){0};
    LS_TRY(ls_choice_parse(node, "an entry of model", beside_kind, &entry->choice));
    const struct ls_node *const arguments = entry->choice.arguments;
    for (int key = 0; key < BESIDE; key++) {
        const struct ls_node *const outside = ls_node_get(node, beside_kind[key]);
        const struct ls_node *const inside =
            arguments ? ls_node_get(arguments, beside_kind[key]) : NULL;
        if (outside && inside)
            return ls_node_fail_key(inside, "\"%s\" is given twice", beside_kind[key]);
        entry->beside[key] = outside ? outside : inside;
    }
    return LS_OK;
}

/* What an entry gives, over what those around it do: a learning rate is scaled by all of them. */
static ls_status read_given(const struct unroller *u, const struct entry *entry,
                            struct given *given)
{
    static const struct ls_option scale = {"lr_scale", LS_REAL, 0,    NULL,
                                           0,          1e6,     NULL, "of the learning rate"};
    *given = u->given;
    if (entry->beside[LR_SCALE]) {
        double factor = 1;
        LS_TRY(ls_option_parse(&scale, entry->beside[LR_SCALE], entry->choice.kind, u->arena,
                               &factor));
        given->lr_scale *= factor;
    }
    if (!entry->beside[INIT])
        return LS_OK;
    struct ls_init *const init = ls_arena_get(u->arena, 1, sizeof *init);
    given->init = init;
    return init ? ls_init_parse(init, entry->beside[INIT], u->arena) : LS_OTHER;
}

/* Takes a name for an entry: a row that is open until `close_name`. */
static ls_status open_name(struct unroller *u, const struct entry *entry, size_t *row)
{
    return ls_name_table_add(&u->names, entry->choice.node, entry->choice.kind, entry->beside[NAME],
                             row);
}

static void close_name(struct unroller *u, size_t row, int layer)
{
    u->names.rows[row].layer = layer;
}

/* Appends the layer that stands behind an open name. */
static ls_status add_layer(struct unroller *u, const struct ls_graph_node *node, size_t row,
                           int *index)
{
    struct ls_graph *const graph = u->graph;
    if (graph->len == MAX_NODES)
        return ls_node_fail(node->node, "more than %d layers", MAX_NODES);
    if (graph->len == graph->room) {
        const int room = graph->room ? 2 * graph->room : 64;
        struct ls_graph_node *const grown =
            ls_realloc(graph->nodes, (size_t)graph->room, (size_t)room, sizeof *graph->nodes);
        if (!grown)
            return LS_OTHER;
        graph->nodes = grown;
        graph->room = room;
    }
    *index = graph->len++;
    graph->nodes[*index] = *node;
    (void)snprintf(graph->nodes[*index].name, LS_NAME_LEN, "%s", u->names.rows[row].name);
    close_name(u, row, *index);
    return LS_OK;
}

static ls_status wire(struct unroller *u, const struct entry *entry, int input,
                      struct ls_graph_node *node)
{
    const struct ls_layer_ops *const ops = node->ops;
    const struct ls_node *from = entry->beside[FROM];
    const struct ls_node *const arguments = entry->choice.arguments;
    if (!from && ops->max_inputs > 1 && arguments && arguments->kind == LS_NODE_LIST)
        from = arguments;
    node->n_in = 1;
    node->wiring.from[0] = input;
    if (from && from->kind == LS_NODE_LIST) {
        const size_t len = ls_node_len(from);
        if (len > (size_t)ops->max_inputs)
            return ls_node_fail(from, "%s reads at most %d entries, not %zu", ops->kind,
                                ops->max_inputs, len);
        node->n_in = 0;
        for (const struct ls_node *item = from->child; item; item = item->next)
            LS_TRY(ls_name_table_find(&u->names, item, &node->wiring.from[node->n_in++]));
    } else if (from) {
        LS_TRY(ls_name_table_find(&u->names, from, &node->wiring.from[0]));
    }
    if (node->n_in < ops->min_inputs)
        return ls_node_fail(entry->choice.node, "%s needs at least %d entries: from: [a, b]",
                            ops->kind, ops->min_inputs);
    return LS_OK;
}

static ls_status unroll_layer(struct unroller *u, const struct entry *entry, int input, int *output)
{
    const struct ls_layer_ops *const ops = ls_layer_find(entry->choice.kind);
    if (!ops)
        return unknown_kind(&entry->choice);
    struct ls_graph_node node = {.ops = ops, .node = entry->choice.node};
    struct given given;
    size_t row = 0;
    if (entry->beside[INIT] && !(ops->traits & LS_WEIGHS))
        return ls_node_fail_key(entry->beside[INIT], "%s has no weights that init could choose",
                                ops->kind);
    LS_TRY(read_given(u, entry, &given));
    node.init = given.init;
    node.lr_scale = given.lr_scale;
    LS_TRY(open_name(u, entry, &row));
    LS_TRY(wire(u, entry, input, &node));
    void *const args = ls_arena_get(u->arena, 1, ops->args_bytes);
    if (!args)
        return LS_OTHER;
    const struct ls_node *arguments = entry->choice.arguments;
    if (ops->max_inputs > 1 && arguments && arguments->kind == LS_NODE_LIST)
        arguments = NULL;
    LS_TRY(ls_options_parse(ops->options, arguments, ops->kind, beside_kind, u->arena, args));
    node.args = args;
    return add_layer(u, &node, row, output);
}

/* y = body(x) + shortcut(x): the sum bears the residual's name. */
static ls_status unroll_residual(struct unroller *u, const struct entry *entry, int input,
                                 int *output)
{
    struct residual args;
    LS_TRY(ls_options_parse(residual_options, entry->choice.arguments, "residual", beside_kind,
                            u->arena, &args));
    struct ls_graph_node sum = {.ops = ls_layer_find("add"), .node = entry->choice.node, .n_in = 2};
    const struct given around = u->given;
    size_t row = 0;
    LS_TRY(open_name(u, entry, &row));
    LS_TRY(read_given(u, entry, &u->given));
    LS_TRY(unroll_list(u, args.body, input, &sum.wiring.from[0]));
    if (sum.wiring.from[0] >= 0)
        u->graph->nodes[sum.wiring.from[0]].ends_residual = true;
    sum.wiring.from[1] = input;
    if (args.shortcut)
        LS_TRY(unroll_list(u, args.shortcut, input, &sum.wiring.from[1]));
    u->given = around;
    sum.args = ls_arena_get(u->arena, 1, sum.ops->args_bytes);
    if (!sum.args)
        return LS_OTHER;
    return add_layer(u, &sum, row, output);
}

static ls_status unroll_repeat(struct unroller *u, const struct entry *entry, int input,
                               int *output)
{
    struct repeat args;
    LS_TRY(ls_options_parse(repeat_options, entry->choice.arguments, "repeat", beside_kind,
                            u->arena, &args));
    const struct given around = u->given;
    size_t row = 0;
    LS_TRY(open_name(u, entry, &row));
    LS_TRY(read_given(u, entry, &u->given));
    *output = input;
    for (size_t i = 0; i < args.times; i++)
        LS_TRY(unroll_list(u, args.body, *output, output));
    u->given = around;
    close_name(u, row, *output);
    return LS_OK;
}

static ls_status unroll_list(struct unroller *u, const struct ls_node *list, int input, int *output)
{
    if (list->kind != LS_NODE_LIST || !list->child)
        return ls_node_fail(list, "expected a list of layers");
    if (++u->depth > MAX_DEPTH)
        return ls_node_fail(list, "layers nested more than %d deep", MAX_DEPTH);
    *output = input;
    for (const struct ls_node *node = list->child; node; node = node->next) {
        struct entry entry;
        LS_TRY(read_entry(node, &entry));
        int from = *output;
        const bool is_residual = strcmp(entry.choice.kind, "residual") == 0;
        if ((is_residual || strcmp(entry.choice.kind, "repeat") == 0) && entry.beside[FROM])
            LS_TRY(ls_name_table_find(&u->names, entry.beside[FROM], &from));
        if (is_residual)
            LS_TRY(unroll_residual(u, &entry, from, output));
        else if (strcmp(entry.choice.kind, "repeat") == 0)
            LS_TRY(unroll_repeat(u, &entry, from, output));
        else
            LS_TRY(unroll_layer(u, &entry, from, output));
    }
    u->depth--;
    return LS_OK;
}

ls_status ls_graph_unroll(struct ls_graph *graph, const struct ls_node *spec,
                          struct ls_arena *arena)
{
    *graph = (struct ls_graph){0};
    struct unroller u = {
        .graph = graph, .arena = arena, .names = {.arena = arena}, .given = {.lr_scale = 1}};
    int output = LS_MODEL_INPUT;
    const ls_status status = unroll_list(&u, spec, LS_MODEL_INPUT, &output);
    ls_name_table_release(&u.names);
    if (status != LS_OK)
        ls_graph_release(graph);
    return status;
}

void ls_graph_release(struct ls_graph *graph)
{
    ls_free(graph->nodes);
    *graph = (struct ls_graph){0};
}
