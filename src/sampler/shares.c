#include "src/sampler/shares.h"

#include <math.h>
#include <string.h>

#include "src/base/number.h"
#include "src/base/option.h"
#include "src/sampler/fair.h"

static const char *const kinds[] = {"none", "equal", "sqrt", "ratio", "effective", NULL};

struct effective {
    double beta;
};

static const struct ls_option effective_options[] = {{"beta", LS_REAL,
                                                      offsetof(struct effective, beta), NULL, 0, 1,
                                                      NULL, "0: natural shares; 1: equal ones"},
                                                     {0}};

static ls_status parse_ratio(struct ls_balance_spec *spec, const struct ls_node *ratio)
{
    if (!ratio || ratio->kind != LS_NODE_MAP || ls_node_len(ratio) < 2)
        return ls_node_fail(ratio ? ratio : spec->node,
                            "sampler: ratio takes the parts of two classes or more, as in "
                            "{0: 3, 1: 1}");
    for (const struct ls_node *entry = ratio->child; entry; entry = entry->next) {
        double parts = 0;
        const bool is_text = entry->kind == LS_NODE_SCALAR;
        const bool is_number = is_text && !entry->quoted && ls_number_real(entry->text, &parts);
        if (!is_number || !(parts > 0 && parts <= 1e9))
            return ls_node_fail(entry,
                                "sampler: ratio: the parts of class %s must be a number above 0, "
                                "up to 1e9%s%s%s",
                                entry->key, is_text ? ", got \"" : "", is_text ? entry->text : "",
                                is_text ? "\"" : "");
    }
    spec->ratio = ratio;
    return LS_OK;
}

ls_status ls_balance_parse(struct ls_balance_spec *spec, const struct ls_node *node,
                           struct ls_arena *arena)
{
    *spec = (struct ls_balance_spec){.node = node};
    if (!node)
        return LS_OK;
    struct ls_choice choice;
    LS_TRY(ls_choice_parse(node, "sampler: balance", NULL, &choice));
    int kind = 0;
    while (kinds[kind] && strcmp(kinds[kind], choice.kind) != 0)
        kind++;
    if (!kinds[kind]) {
        const char *const near = ls_nearest(choice.kind, kinds);
        return ls_node_fail(choice.node,
                            "sampler: balance takes none, equal, sqrt, {ratio: {CLASS: PARTS}} or "
                            "{effective: BETA}, got \"%s\"%s%s%s",
                            choice.kind, near ? " (did you mean \"" : "", near ? near : "",
                            near ? "\"?)" : "");
    }
    spec->kind = (enum ls_balance_kind)kind;
    if (spec->kind == LS_BALANCE_RATIO)
        return parse_ratio(spec, choice.arguments);
    struct effective effective = {0};
    if (spec->kind == LS_BALANCE_EFFECTIVE) {
        if (!choice.arguments)
            return ls_node_fail(choice.node,
                                "sampler: effective takes BETA, as in {effective: 0.999}");
        LS_TRY(ls_options_parse(effective_options, choice.arguments, "effective", NULL, arena,
                                &effective));
        spec->beta = effective.beta;
    } else if (choice.arguments) {
        return ls_node_fail(choice.arguments, "sampler: balance: %s takes no arguments",
                            choice.kind);
    }
    return LS_OK;
}

static double effective_number(double beta, double n)
{
    return beta < 1 ? -expm1(n * log(beta)) / (1 - beta) : n;
}

/* The class of a name or a number; facts->len when there is none. */
static size_t find_class(const struct ls_class_facts *facts, const char *key)
{
    for (size_t c = 0; c < facts->n_names && c < facts->len; c++)
        if (strcmp(facts->names[c], key) == 0)
            return c;
    size_t number = 0;
    return ls_number_size(key, &number) && number < facts->len ? number : facts->len;
}

/* "there is no class rar (did you mean "rare"?); there are normal, rare" */
static ls_status no_such_class(const struct ls_node *entry, const struct ls_class_facts *facts,
                               struct ls_arena *arena)
{
    const char **const names = ls_arena_get(arena, facts->n_names + 1, sizeof *names);
    if (!names)
        return LS_OTHER;
    char list[200] = "";
    (void)snprintf(list, sizeof list, "0 to %zu", facts->len - 1);
    size_t used = 0;
    for (size_t c = 0; c < facts->n_names; c++) {
        names[c] = facts->names[c];
        if (used < sizeof list)
            used +=
                (size_t)snprintf(list + used, sizeof list - used, "%s%s", c ? ", " : "", names[c]);
    }
    const char *const near = ls_nearest(entry->key, names);
    return ls_node_fail_key(entry, "sampler: ratio: there is no class %s%s%s%s; there are %s",
                            entry->key, near ? " (did you mean \"" : "", near ? near : "",
                            near ? "\"?)" : "", list);
}

/* parts (len), 0 for a class that is not named. */
static ls_status read_parts(const struct ls_node *ratio, const struct ls_class_facts *facts,
                            double *parts, struct ls_arena *arena)
{
    for (const struct ls_node *entry = ratio->child; entry; entry = entry->next) {
        const size_t c = find_class(facts, entry->key);
        if (c == facts->len)
            return no_such_class(entry, facts, arena);
        if (facts->n[c] == 0)
            return ls_node_fail_key(entry, "sampler: ratio: class %s has no sample to train on",
                                    entry->key);
        if (parts[c] > 0)
            return ls_node_fail_key(entry, "sampler: ratio names class %s twice", entry->key);
        (void)ls_number_real(entry->text, &parts[c]);
    }
    return LS_OK;
}

/* In whole numbers n_c P for a class that is not named and R parts_c for the others, where P are
 * all parts and R the samples of all classes named; the same as reals in `share`, and whether the
 * whole numbers are exact. */
static bool share_by_ratio(const struct ls_class_facts *facts, const double *parts, double *share,
                           uint64_t *weights)
{
    double all_parts = 0, total = 0;
    uint64_t rest = 0, samples = 0;
    bool whole = true;
    for (size_t c = 0; c < facts->len; c++) {
        all_parts += parts[c];
        samples += facts->n[c];
        rest += parts[c] > 0 ? facts->n[c] : 0;
        whole = whole && floor(parts[c]) >= parts[c];
    }
    const bool all_named = rest == samples;
    for (size_t c = 0; c < facts->len; c++) {
        share[c] = parts[c] > 0 ? parts[c] * (all_named ? 1 : (double)rest)
                                : (double)facts->n[c] * all_parts;
        total += share[c];
    }
    if (!whole || total > (double)LS_FAIR_MAX_SUM)
        return false;
    for (size_t c = 0; c < facts->len; c++)
        weights[c] = (uint64_t)share[c];
    return true;
}

/* Reals to whole numbers of a sum near the largest allowed; none of those above 0 becomes 0. */
static void round_shares(const double *share, size_t len, uint64_t *weights)
{
    double total = 0;
    for (size_t c = 0; c < len; c++)
        total += share[c];
    const double scale = 0.5 * (double)LS_FAIR_MAX_SUM / total;
    for (size_t c = 0; c < len; c++) {
        weights[c] = (uint64_t)(share[c] * scale);
        if (share[c] > 0 && weights[c] == 0)
            weights[c] = 1;
    }
}

ls_status ls_shares(const struct ls_balance_spec *spec, const struct ls_class_facts *facts,
                    uint64_t *weights, struct ls_arena *arena)
{
    double *const share = ls_arena_get(arena, facts->len, sizeof *share);
    double *const parts = ls_arena_get(arena, facts->len, sizeof *parts);
    if (!share || !parts)
        return LS_OTHER;
    if (spec->kind == LS_BALANCE_RATIO) {
        LS_TRY(read_parts(spec->ratio, facts, parts, arena));
        if (!share_by_ratio(facts, parts, share, weights))
            round_shares(share, facts->len, weights);
        return LS_OK;
    }
    for (size_t c = 0; c < facts->len; c++) {
        const double n = (double)facts->n[c];
        weights[c] = n > 0;
        if (n > 0 && spec->kind == LS_BALANCE_SQRT)
            share[c] = sqrt(n);
        if (n > 0 && spec->kind == LS_BALANCE_EFFECTIVE)
            share[c] = n / effective_number(spec->beta, n);
    }
    if (spec->kind != LS_BALANCE_EQUAL)
        round_shares(share, facts->len, weights);
    return LS_OK;
}
