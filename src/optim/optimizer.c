#include "src/optim/optimizer.h"

#include <string.h>

#include "src/optim/common.h"

#define LS_OPTIMIZER(kind) extern const struct ls_optimizer_ops ls_optimizer_##kind;
#include "src/optim/optimizers.def"
#undef LS_OPTIMIZER

#define LS_OPTIMIZER(kind) &ls_optimizer_##kind,
const struct ls_optimizer_ops *const ls_optimizer_kinds[] = {
#include "src/optim/optimizers.def"
    NULL};
#undef LS_OPTIMIZER

#define LS_OPTIMIZER(kind) #kind,
static const char *const names[] = {
#include "src/optim/optimizers.def"
    NULL};
#undef LS_OPTIMIZER

#define LS_OPTIMIZER(kind) " " #kind
static const char names_text[] =
#include "src/optim/optimizers.def"
    ;
#undef LS_OPTIMIZER

const char *const ls_decay_words[] = {"weights", "all", NULL};

static const struct ls_optimizer_ops *find(const char *kind)
{
    for (const struct ls_optimizer_ops *const *ops = ls_optimizer_kinds; *ops; ops++)
        if (strcmp((*ops)->kind, kind) == 0)
            return *ops;
    return NULL;
}

void ls_optim_take(struct ls_optimizer *optimizer, const struct ls_optim_common *common)
{
    optimizer->lr = common->lr;
    optimizer->weight_decay = common->weight_decay;
    optimizer->decay = (enum ls_decay)common->decay;
    optimizer->n_slots = 0;
}

double ls_optim_ratio(double share, double eps)
{
    static const double vanishes = 1e-22;
    return 1 / sqrt(share) + vanishes / eps;
}

int ls_optim_add_slot(struct ls_optimizer *optimizer, const char *name)
{
    LS_ASSERT(optimizer->n_slots < LS_MAX_SLOTS);
    optimizer->slot_name[optimizer->n_slots] = name;
    return optimizer->n_slots++;
}

ls_status ls_optimizer_parse(struct ls_optimizer *optimizer, const struct ls_node *node,
                             struct ls_arena *arena)
{
    *optimizer = (struct ls_optimizer){0};
    struct ls_choice choice;
    LS_TRY(ls_choice_parse(node, "optimizer", NULL, &choice));
    const struct ls_optimizer_ops *ops = find(choice.kind);
    if (!ops) {
        const char *nearest = ls_nearest(choice.kind, names);
        if (nearest)
            return ls_node_fail(choice.node, "there is no optimizer \"%s\"; did you mean %s?",
                                choice.kind, nearest);
        return ls_node_fail(choice.node, "there is no optimizer \"%s\"; the optimizers are%s",
                            choice.kind, names_text);
    }
    void *args = ls_arena_get(arena, 1, ops->args_bytes);
    if (!args)
        return LS_OTHER;
    LS_TRY(ls_options_parse(ops->options, choice.arguments, choice.kind, NULL, arena, args));
    optimizer->ops = ops;
    optimizer->args = args;
    const ls_status status = ops->plan(optimizer);
    if (status != LS_USAGE)
        return status;
    char reason[LS_MESSAGE_LEN];
    (void)snprintf(reason, sizeof reason, "%s", ls_message());
    return ls_node_fail(choice.node, "%s: %s", choice.kind, reason);
}

void ls_optimizer_update(const struct ls_optimizer *optimizer, const struct ls_update *update)
{
    optimizer->ops->update(optimizer, update);
}
