#include "launch/balance.h"

#include "src/sampler/class_index.h"

ls_status ls_session_balance(struct ls_session *s)
{
    const struct ls_balance_spec *const spec = &s->job.sampler.balance;
    const struct ls_source *const source = &s->train;
    struct ls_balance *const balance = &s->balance;
    if (spec->kind == LS_BALANCE_NONE)
        return LS_OK;
    const bool groups = source->has_groups;
    if (!groups && !(source->has_labels && source->labels_are_classes))
        return ls_node_fail(spec->node,
                            "sampler: balance needs classes, but the labels of %s are none: name a "
                            "dataset (N) of integers in data.groups",
                            source->path);
    LS_TRY(ls_class_index(&balance->classes, &s->train,
                          groups ? ls_source_read_groups : ls_source_read_classes, &s->train_set,
                          s->peers, s->arena, &s->index_bytes));
    balance->n_names = groups ? source->n_group_names : source->n_class_names;
    balance->names = groups ? source->group_names : source->class_names;
    const struct ls_class_facts facts = {balance->classes.len, balance->classes.n, balance->n_names,
                                         balance->names};
    uint64_t *const weights = ls_arena_get(s->arena, facts.len, sizeof *weights);
    balance->weights = weights;
    return ls_agree(s->peers, weights ? ls_shares(spec, &facts, weights, s->arena) : LS_OTHER);
}
