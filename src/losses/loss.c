#include "src/losses/loss.h"

#include <stddef.h>
#include <string.h>

#include "src/losses/per_class.h"

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

#define AT(field) offsetof(struct ls_loss_shared, field)
/* The last FOR_ALL rows are of all losses, the last FOR_CLASSES of those over classes, and all of
 * them of those that depend on the classes' counts. */
enum { FOR_ALL = 1, FOR_CLASSES = 3, FOR_COUNTS = 4 };
static const struct ls_option shared_options[FOR_COUNTS + 1] = {
    {"class_counts", LS_NODE, AT(class_counts), "", 0, 0, NULL,
     "samples of each class, a list [those of the training set]"},
    {"class_weights", LS_NODE, AT(class_weights), "", 0, 0, NULL,
     "none, balanced = n / (k n_c), {effective: BETA}, or a list of one number per class [none]"},
    {"class_weights_from_epoch", LS_SIZE, AT(class_weights_from_epoch), "0", 0, 1e9, NULL,
     "epochs to train without them first"},
    {"mine", LS_NODE, AT(mine), "", 0, 0, NULL,
     "train on the hardest of the batch: {keep: SHARE}, or {negatives_per_positive: NUMBER, "
     "at_least: COUNT} [none]"},
    {0}};
#undef AT

static const char *const target_words[] = {"labels", "input", NULL};

/* Those of losses of values: the row of all, and one more. */
static const struct ls_option value_options[] = {
    {"mine", LS_NODE, offsetof(struct ls_loss_shared, mine), "", 0, 0, NULL, "as for other losses"},
    {"target", LS_ENUM, offsetof(struct ls_loss_shared, target), "labels", 0, 0, target_words,
     "labels, or the input itself, before it is corrupted: an autoencoder"},
    {0}};

const struct ls_option *ls_loss_shared_options(const struct ls_loss_ops *ops)
{
    int rows = FOR_ALL;
    if (ops && ops->target == LS_TARGET_VALUES)
        return value_options;
    if (!ops || ops->counts)
        rows = FOR_COUNTS;
    else if (ops->target == LS_TARGET_CLASS)
        rows = FOR_CLASSES;
    return shared_options + FOR_COUNTS - rows;
}

enum { MAX_OPTIONS = 16 };

static void list_names(const struct ls_option *options, const char **list)
{
    size_t len = 0;
    for (; options->name; options++) {
        LS_ASSERT(len < MAX_OPTIONS);
        list[len++] = options->name;
    }
    list[len] = NULL;
}

/* A kind's own options and the shared ones stand side by side; a short form is the kind's own. */
static ls_status parse_arguments(struct ls_loss *loss, const struct ls_choice *choice,
                                 struct ls_arena *arena)
{
    const struct ls_option *const own = loss->ops->options;
    const struct ls_option *const shared = ls_loss_shared_options(loss->ops);
    const char *own_names[MAX_OPTIONS + 1], *shared_names[MAX_OPTIONS + 1];
    list_names(own, own_names);
    list_names(shared, shared_names);
    void *const args = ls_arena_get(arena, 1, loss->ops->args_bytes);
    if (!args)
        return LS_OTHER;
    loss->args = args;
    const struct ls_node *const node = choice->arguments;
    LS_TRY(ls_options_parse(own, node, choice->kind, shared_names, arena, args));
    return ls_options_parse(shared, node && node->kind == LS_NODE_MAP ? node : NULL, choice->kind,
                            own_names, arena, &loss->shared);
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
    LS_TRY(parse_arguments(loss, &choice, arena));
    LS_TRY(ls_class_weights_check(loss, choice.arguments, arena));
    const bool labelled = loss->ops->target == LS_TARGET_CLASS || loss->ops->multi_label;
    return ls_mine_parse(&loss->mine, loss->shared.mine, labelled, arena);
}

bool ls_loss_needs_counts(const struct ls_loss *loss)
{
    return ls_class_weights_need_counts(loss) || (loss->ops->counts && !loss->shared.class_counts);
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
    loss->k = k;
    LS_TRY(ls_class_weights_plan(loss, counts, arena));
    if (loss->ops->counts)
        LS_TRY(ls_class_counts_plan(loss, counts, arena));
    return loss->ops->plan ? loss->ops->plan(loss, arena) : LS_OK;
}

struct ls_loss ls_loss_in_epoch(const struct ls_loss *loss, uint64_t epoch)
{
    struct ls_loss now = *loss;
    if (epoch < loss->shared.class_weights_from_epoch)
        now.class_weight = loss->ones;
    return now;
}

struct ls_loss_sum ls_loss_example(const struct ls_loss *loss, size_t i, size_t place,
                                   const real *restrict z, struct ls_targets targets,
                                   real *restrict dz)
{
    const size_t first = i * loss->k, at = first + place;
    struct ls_loss_sum one = {.weight = 1};
    if (loss->ops->target == LS_TARGET_CLASS) {
        one.value = loss->ops->sample(loss, z + first, targets.classes[i], dz ? dz + first : NULL,
                                      &one.weight);
        return one;
    }
    double slope = 0;
    one.value = loss->ops->element(loss, place, (double)z[at], (double)targets.values[at], &slope);
    if (dz)
        dz[at] = (real)slope;
    return one;
}

/* Sums over the examples of sample i. */
static struct ls_loss_sum run_sample(const struct ls_loss *loss, size_t i, const real *restrict z,
                                     struct ls_targets targets, real *restrict dz)
{
    const size_t places = ls_loss_places(loss);
    struct ls_loss_sum sample = {0};
    for (size_t place = 0; place < places; place++) {
        const struct ls_loss_sum one = ls_loss_example(loss, i, place, z, targets, dz);
        sample.value += one.value;
        sample.weight += one.weight;
    }
    return sample;
}

float ls_loss_alone(const struct ls_loss *loss, size_t i, double value, const real *restrict z,
                    struct ls_targets targets)
{
    if (loss->class_weight != loss->ones) {
        struct ls_loss plain = *loss;
        plain.class_weight = loss->ones;
        value = run_sample(&plain, i, z, targets, NULL).value;
    }
    return (float)(value / (double)ls_loss_places(loss));
}

struct ls_loss_sum ls_loss_run(const struct ls_loss *loss, size_t n, const real *restrict z,
                               struct ls_targets targets, real *restrict dz)
{
    return ls_loss_run_each(loss, n, z, targets, dz, NULL);
}

struct ls_loss_sum ls_loss_run_each(const struct ls_loss *loss, size_t n, const real *restrict z,
                                    struct ls_targets targets, real *restrict dz,
                                    float *restrict each)
{
    struct ls_loss_sum sum = {0};
    for (size_t i = 0; i < n; i++) {
        const struct ls_loss_sum sample = run_sample(loss, i, z, targets, dz);
        sum.value += sample.value;
        sum.weight += sample.weight;
        if (each)
            each[i] = ls_loss_alone(loss, i, sample.value, z, targets);
    }
    return sum;
}
