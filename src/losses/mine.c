#include "src/losses/mine.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const struct ls_option options[] = {
    {"keep", LS_REAL, offsetof(struct ls_mine, keep), "0", 0, 1, NULL,
     "share of the batch's examples, the hardest"},
    {"negatives_per_positive", LS_REAL, offsetof(struct ls_mine, negatives_per_positive), "0", 0,
     1e9, NULL, "all positives, and so many of the hardest negatives for each"},
    {"at_least", LS_SIZE, offsetof(struct ls_mine, at_least), "0", 0, 1e9, NULL,
     "negatives in a batch, however few its positives"},
    {0}};

static ls_status check(const struct ls_mine *mine, const struct ls_node *node, bool labelled)
{
    const struct ls_node *const keep = ls_node_get(node, "keep");
    const struct ls_node *const ratio = ls_node_get(node, "negatives_per_positive");
    const struct ls_node *const least = ls_node_get(node, "at_least");
    if (keep && (ratio || least))
        return ls_node_fail_key(ratio ? ratio : least,
                                "mine: keep is of all examples, %s of the negatives: give one",
                                ratio ? "negatives_per_positive" : "at_least");
    if (keep && !(mine->keep > 0))
        return ls_node_fail(keep, "mine: keep takes a share above 0, up to 1, got \"%s\"",
                            keep->text);
    if (!keep && !ratio)
        return ls_node_fail(node, "mine takes {keep: SHARE} or {negatives_per_positive: NUMBER, "
                                  "at_least: COUNT}");
    if (ratio && !labelled)
        return ls_node_fail_key(ratio, "mine: this loss knows no positives and negatives; use "
                                       "{keep: SHARE}");
    return LS_OK;
}

static bool is_none(const struct ls_node *node)
{
    return !node || (node->kind == LS_NODE_SCALAR && strcmp(node->text, "none") == 0);
}

ls_status ls_mine_parse(struct ls_mine *mine, const struct ls_node *node, bool labelled,
                        struct ls_arena *arena)
{
    *mine = (struct ls_mine){0};
    if (is_none(node))
        return LS_OK;
    if (node->kind != LS_NODE_MAP)
        return check(mine, node, labelled);
    LS_TRY(ls_options_parse(options, node, "mine", NULL, arena, mine));
    LS_TRY(check(mine, node, labelled));
    mine->rule = ls_node_get(node, "keep") ? LS_MINE_KEEP : LS_MINE_NEGATIVES;
    return LS_OK;
}

uint64_t ls_mine_count(const struct ls_mine *mine, uint64_t positives, uint64_t negatives)
{
    const bool of_all = mine->rule == LS_MINE_KEEP;
    const double wanted =
        of_all ? mine->keep * (double)negatives : mine->negatives_per_positive * (double)positives;
    const double least = of_all ? 1 : (double)mine->at_least;
    const double count = fmax(round(wanted), least);
    return count < (double)negatives ? (uint64_t)count : negatives;
}
