#include "src/losses/per_class.h"

#include <string.h>

struct weighting {
    double effective;
};

static const struct ls_option weighting_options[] = {
    {"effective", LS_REAL, offsetof(struct weighting, effective), NULL, 0, 1, NULL,
     "BETA of the effective number of samples"},
    {0}};

static bool is_word(const struct ls_node *node, const char *word)
{
    return node && node->kind == LS_NODE_SCALAR && strcmp(node->text, word) == 0;
}

ls_status ls_per_class_read(const struct ls_node *node, const char *name, double max,
                            const struct ls_loss *loss, struct ls_arena *arena, double **value)
{
    const char *const kind = loss->ops->kind;
    const struct ls_option list = {name, LS_REALS, 0, NULL, 0, max, NULL, "one number per class"};
    struct ls_reals given = {0};
    LS_TRY(ls_option_parse(&list, node, kind, arena, &given));
    if (given.len != loss->k)
        return ls_node_fail(node,
                            "%s: %s lists %zu numbers, but the model has %zu outputs; give one per "
                            "class",
                            kind, name, given.len, loss->k);
    *value = given.value;
    return LS_OK;
}

ls_status ls_alpha_plan(struct ls_loss *loss, const struct ls_node *node, bool by_class,
                        struct ls_arena *arena)
{
    static const struct ls_option number = {"alpha", LS_REAL, 0,    NULL,
                                            0,       1,       NULL, "weight of the positives"};
    double *alpha = NULL, given = 0;
    if (!node)
        return LS_OK;
    if (node->kind != LS_NODE_SCALAR) {
        LS_TRY(ls_per_class_read(node, "alpha", by_class ? 1e30 : 1, loss, arena, &alpha));
        loss->per_class = alpha;
        return LS_OK;
    }
    LS_TRY(ls_option_parse(&number, node, loss->ops->kind, arena, &given));
    alpha = ls_arena_get(arena, loss->k, sizeof *alpha);
    if (!alpha)
        return LS_OTHER;
    for (size_t c = 0; c < loss->k; c++)
        alpha[c] = by_class && c == 0 ? 1 - given : given;
    loss->per_class = alpha;
    return LS_OK;
}

ls_status ls_class_weights_check(const struct ls_loss *loss, const struct ls_node *arguments,
                                 struct ls_arena *arena)
{
    const struct ls_node *const node = loss->shared.class_weights;
    const char *const kind = loss->ops->kind;
    const bool none = !node || is_word(node, "none");
    if (none && loss->shared.class_weights_from_epoch > 0)
        return ls_node_fail_key(
            ls_node_get(arguments, "class_weights_from_epoch"),
            "%s: class_weights_from_epoch has no class_weights to begin with; add "
            "class_weights: balanced, {effective: BETA} or a list",
            kind);
    if (none || node->kind == LS_NODE_LIST || is_word(node, "balanced"))
        return LS_OK;
    struct weighting weighting;
    if (node->kind == LS_NODE_MAP)
        return ls_options_parse(weighting_options, node, "class_weights", NULL, arena, &weighting);
    return ls_node_fail(node,
                        "%s: class_weights: expected none, balanced, {effective: BETA}, or a list "
                        "of one number per class",
                        kind);
}

bool ls_class_weights_need_counts(const struct ls_loss *loss)
{
    const struct ls_node *const node = loss->shared.class_weights;
    return is_word(node, "balanced") || (node && node->kind == LS_NODE_MAP);
}

static void balance(size_t k, const uint64_t *restrict counts, double *restrict weight)
{
    uint64_t n = 0;
    for (size_t c = 0; c < k; c++)
        n += counts[c];
    for (size_t c = 0; c < k; c++)
        weight[c] = counts[c] ? (double)n / ((double)k * (double)counts[c]) : 0;
}

/* 1 - BETA^n by expm1 and log, which keep their digits near BETA = 1. */
static void weigh_by_effective_number(double beta, size_t k, const uint64_t *restrict counts,
                                      double *restrict weight)
{
    double sum = 0;
    for (size_t c = 0; c < k; c++) {
        const double n = (double)counts[c];
        const double effective = beta < 1 ? -expm1(n * log(beta)) / (1 - beta) : n;
        weight[c] = counts[c] ? 1 / effective : 0;
        sum += weight[c];
    }
    for (size_t c = 0; c < k && sum > 0; c++)
        weight[c] *= (double)k / sum;
}

static ls_status read_weights(const struct ls_loss *loss, struct ls_arena *arena, double **weight)
{
    const struct ls_node *const node = loss->shared.class_weights;
    double sum = 0;
    LS_TRY(ls_per_class_read(node, "class_weights", 1e30, loss, arena, weight));
    for (size_t c = 0; c < loss->k; c++)
        sum += (*weight)[c];
    if (!(sum > 0))
        return ls_node_fail(node, "%s: all class_weights are 0; at least one must be above",
                            loss->ops->kind);
    return LS_OK;
}

ls_status ls_class_weights_plan(struct ls_loss *loss, const uint64_t *counts,
                                struct ls_arena *arena)
{
    const struct ls_node *const node = loss->shared.class_weights;
    const size_t k = loss->k;
    double *const ones = ls_arena_get(arena, k, sizeof *ones);
    double *weight = ls_arena_get(arena, k, sizeof *weight);
    if (!ones || !weight)
        return LS_OTHER;
    for (size_t c = 0; c < k; c++)
        weight[c] = ones[c] = 1;
    LS_ASSERT(counts || !ls_class_weights_need_counts(loss));
    struct weighting weighting;
    if (node && node->kind == LS_NODE_LIST) {
        LS_TRY(read_weights(loss, arena, &weight));
    } else if (is_word(node, "balanced")) {
        balance(k, counts, weight);
    } else if (node && node->kind == LS_NODE_MAP) {
        LS_TRY(ls_options_parse(weighting_options, node, "class_weights", NULL, arena, &weighting));
        weigh_by_effective_number(weighting.effective, k, counts, weight);
    }
    loss->class_weight = node && !is_word(node, "none") ? weight : ones;
    loss->ones = ones;
    return LS_OK;
}

ls_status ls_class_counts_plan(struct ls_loss *loss, const uint64_t *counts, struct ls_arena *arena)
{
    const size_t k = loss->k;
    const struct ls_node *const node = loss->shared.class_counts;
    static const struct ls_option list = {"class_counts",         LS_SIZES, 0, NULL, 0, 1e15, NULL,
                                          "samples of each class"};
    struct ls_sizes given = {0};
    if (node)
        LS_TRY(ls_option_parse(&list, node, loss->ops->kind, arena, &given));
    if (node && given.len != k)
        return ls_node_fail(node,
                            "%s: class_counts lists %zu numbers, but the model has %zu outputs; "
                            "give one per class",
                            loss->ops->kind, given.len, k);
    size_t *const count = ls_arena_get(arena, k, sizeof *count);
    if (!count)
        return LS_OTHER;
    LS_ASSERT(node || counts);
    for (size_t c = 0; c < k; c++) {
        const size_t n = node ? given.value[c] : (size_t)counts[c];
        count[c] = n > 0 ? n : 1;
    }
    loss->class_count = count;
    return LS_OK;
}
