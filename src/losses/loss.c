#include "src/losses/loss.h"

#include <stddef.h>
#include <string.h>

#define LS_LOSS(kind) extern const struct ls_loss_ops ls_loss_##kind;
#include "src/losses/losses.def"
#undef LS_LOSS

#define LS_LOSS(kind) &ls_loss_##kind,
const struct ls_loss_ops *const ls_loss_kinds[] = {
#include "src/losses/losses.def"
    NULL};
#undef LS_LOSS

#define LS_LOSS(kind) #kind,
static const char *const names[] = {
#include "src/losses/losses.def"
    NULL};
#undef LS_LOSS

#define LS_LOSS(kind) " " #kind
static const char names_text[] =
#include "src/losses/losses.def"
    ;
#undef LS_LOSS

static const struct ls_loss_ops *find(const char *kind)
{
    for (const struct ls_loss_ops *const *ops = ls_loss_kinds; *ops; ops++)
        if (strcmp((*ops)->kind, kind) == 0)
            return *ops;
    return NULL;
}

static const struct ls_node *class_weights(const struct ls_loss *loss)
{
    const size_t offset = loss->ops->class_weights_offset;
    if (offset == 0)
        return NULL;
    const struct ls_node *node = NULL;
    memcpy(&node, (const char *)loss->args + offset, sizeof node);
    return node;
}

static bool is_word(const struct ls_node *node, const char *word)
{
    return node->kind == LS_NODE_SCALAR && strcmp(node->text, word) == 0;
}

ls_status ls_loss_parse(struct ls_loss *loss, const struct ls_node *node, struct ls_arena *arena)
{
    *loss = (struct ls_loss){0};
    struct ls_choice choice;
    LS_TRY(ls_choice_parse(node, "loss", NULL, &choice));
    loss->ops = find(choice.kind);
    if (!loss->ops) {
        const char *nearest = ls_nearest(choice.kind, names);
        if (nearest)
            return ls_node_fail(choice.node, "there is no loss \"%s\"; did you mean %s?",
                                choice.kind, nearest);
        return ls_node_fail(choice.node, "there is no loss \"%s\"; the losses are%s", choice.kind,
                            names_text);
    }
    void *args = ls_arena_get(arena, 1, loss->ops->args_bytes);
    if (!args)
        return LS_OTHER;
    LS_TRY(ls_options_parse(loss->ops->options, choice.arguments, choice.kind, NULL, arena, args));
    loss->args = args;
    const struct ls_node *weights = class_weights(loss);
    if (weights && weights->kind != LS_NODE_LIST && !is_word(weights, "none") &&
        !is_word(weights, "balanced"))
        return ls_node_fail(weights,
                            "%s: class_weights: expected none, balanced, or a list of "
                            "one number per class",
                            choice.kind);
    return LS_OK;
}

bool ls_loss_needs_counts(const struct ls_loss *loss)
{
    const struct ls_node *node = class_weights(loss);
    return node && is_word(node, "balanced");
}

/* n / (k n_c), as scikit-learn's class_weight="balanced" */
static void balance(size_t k, const uint64_t *restrict counts, double *restrict weight)
{
    uint64_t n = 0;
    for (size_t c = 0; c < k; c++)
        n += counts[c];
    for (size_t c = 0; c < k; c++)
        weight[c] = counts[c] ? (double)n / ((double)k * (double)counts[c]) : 0;
}

static ls_status read_list(const struct ls_node *node, size_t k, const char *kind,
                           struct ls_arena *arena, double *restrict weight)
{
    static const struct ls_option list = {"class_weights",       LS_REALS, 0, NULL, 0, 1e30, NULL,
                                          "one number per class"};
    struct ls_reals given = {0};
    LS_TRY(ls_option_parse(&list, node, kind, arena, &given));
    if (given.len != k)
        return ls_node_fail(node,
                            "%s: class_weights lists %zu numbers, but the model has %zu "
                            "outputs; give one per class",
                            kind, given.len, k);
    double sum = 0;
    for (size_t c = 0; c < k; c++)
        sum += weight[c] = given.value[c];
    if (!(sum > 0))
        return ls_node_fail(node, "%s: all class_weights are 0; at least one must be above", kind);
    return LS_OK;
}

ls_status ls_loss_plan(struct ls_loss *loss, size_t k, const uint64_t *counts,
                       struct ls_arena *arena)
{
    const char *kind = loss->ops->kind;
    if (loss->ops->target == LS_TARGET_CLASS && k < 2)
        return ls_fail(LS_USAGE,
                       "loss %s needs an output per class, but the model has %zu; end "
                       "the model with dense: 2, or use loss: bce",
                       kind, k);
    double *weight = ls_arena_get(arena, k, sizeof *weight);
    if (!weight)
        return LS_OTHER;
    const struct ls_node *node = class_weights(loss);
    if (node && node->kind == LS_NODE_LIST) {
        LS_TRY(read_list(node, k, kind, arena, weight));
    } else if (ls_loss_needs_counts(loss)) {
        LS_ASSERT(counts);
        balance(k, counts, weight);
    } else {
        for (size_t c = 0; c < k; c++)
            weight[c] = 1;
    }
    loss->k = k;
    loss->class_weight = weight;
    return LS_OK;
}

struct ls_loss_sum ls_loss_run(const struct ls_loss *loss, size_t n, const real *restrict z,
                               struct ls_targets targets, real *restrict dz)
{
    const size_t k = loss->k;
    struct ls_loss_sum sum = {0};
    for (size_t i = 0; i < n; i++) {
        double weight = 0;
        sum.value += loss->ops->sample(loss, z + i * k, targets.classes ? targets.classes[i] : 0,
                                       targets.values ? targets.values + i * k : NULL,
                                       dz ? dz + i * k : NULL, &weight);
        sum.weight += weight;
    }
    return sum;
}
