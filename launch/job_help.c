#include "launch/job_help.h"

#include "src/job/job.h"
#include "src/layers/layer.h"
#include "src/metrics/metrics.h"

enum { INDENT = 2 };

extern const struct ls_loss_ops ls_loss_mse; /* of values */

static void member(FILE *file, const char *kind, const char *help, const struct ls_option *options)
{
    (void)fprintf(file, "  %-16s %s\n", kind, help);
    ls_options_help(options, 3 * INDENT, file);
}

void ls_job_help(FILE *file)
{
    for (const struct ls_job_table *table = ls_job_tables; table->key; table++) {
        (void)fprintf(file, "\nThe job file%s%s:\n", table->key[0] ? ", " : "", table->key);
        ls_options_help(table->options, INDENT, file);
    }
    (void)fputs("\nsampler.hard:\n", file);
    ls_options_help(ls_hard_options, INDENT, file);
    (void)fputs("\nmodel, a list of KIND or {KIND: arguments}; every entry may carry name and "
                "from:\n",
                file);
    for (const struct ls_layer_ops *const *ops = ls_layer_kinds; *ops; ops++)
        member(file, (*ops)->kind, (*ops)->help, (*ops)->options);
    (void)fputs("  residual         body(x) + shortcut(x): a list of layers, or {body, shortcut}\n"
                "  repeat           {times, body}: the layers of body, several times\n"
                "\nloss:\n",
                file);
    for (const struct ls_loss_ops *const *ops = ls_loss_kinds; *ops; ops++)
        member(file, (*ops)->kind, (*ops)->help, (*ops)->options);
    (void)fputs("  beside these, where they apply (class_counts: balanced_softmax and ldam; "
                "class_weights: losses over classes):\n",
                file);
    ls_options_help(ls_loss_shared_options(NULL), 3 * INDENT, file);
    (void)fputs("  and beside mse, l1, huber, bce and focal_bce:\n", file);
    ls_options_help(ls_loss_shared_options(&ls_loss_mse) + 1, 3 * INDENT, file);
    (void)fputs("\noptimizer:\n", file);
    for (const struct ls_optimizer_ops *const *ops = ls_optimizer_kinds; *ops; ops++)
        member(file, (*ops)->kind, (*ops)->help, (*ops)->options);
    (void)fputs("\non_failure:\n", file);
    for (const struct ls_policy_kind *policy = ls_policies; policy->kind; policy++)
        member(file, policy->kind, policy->help, policy->options);
    (void)fputs("\nmetrics:\n", file);
    for (const struct ls_metric_ops *const *ops = ls_metrics; *ops; ops++)
        (void)fprintf(file, "  %-18s %s\n", (*ops)->name, (*ops)->help);
}
