#include "src/job/on_failure.h"

#include <string.h>

#define AT(field) offsetof(struct ls_on_failure, field)
static const struct ls_option stop_options[] = {{0}};
static const struct ls_option skip_options[] = {
    {"skips", LS_SIZE, AT(skips), "10", 1, 1e9, NULL, "batches to pass over, at most, in a run"},
    {0}};
static const struct ls_option rollback_options[] = {
    {"factor", LS_REAL, AT(factor), "0.5", 0, 1, NULL, "of the learning rate from there on"},
    {"rollbacks", LS_SIZE, AT(rollbacks), "3", 1, 1e6, NULL, "how often, at most, in a run"},
    {0}};
#undef AT

const struct ls_policy_kind ls_policies[] = {
    {"stop", "end with exit code 4", stop_options},
    {"skip", "pass over the batch: nothing changes but the place in the data", skip_options},
    {"rollback", "go back to the last checkpoint, with a smaller learning rate", rollback_options},
    {NULL, NULL, NULL}};

ls_status ls_on_failure_parse(struct ls_on_failure *on_failure, const struct ls_node *node,
                              struct ls_arena *arena)
{
    struct ls_choice choice;
    *on_failure = (struct ls_on_failure){0};
    if (!node || (node->kind == LS_NODE_SCALAR && node->text[0] == '\0'))
        return LS_OK;
    LS_TRY(ls_choice_parse(node, "on_failure", NULL, &choice));
    size_t i = 0;
    while (ls_policies[i].kind && strcmp(ls_policies[i].kind, choice.kind) != 0)
        i++;
    if (!ls_policies[i].kind)
        return ls_node_fail(choice.node, "on_failure takes stop, skip or rollback, got \"%s\"",
                            choice.kind);
    LS_TRY(ls_options_parse(ls_policies[i].options, choice.arguments, choice.kind, NULL, arena,
                            on_failure));
    on_failure->policy = (enum ls_policy)i;
    return LS_OK;
}
