/* Labels from which something cannot be learned. */
#include "src/check/check.h"

static void find_classes(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_class_counts *const classes = facts->classes;
    for (size_t c = 0; classes && c < classes->len; c++) {
        const char *const name = facts->class_names ? facts->class_names[c] : NULL;
        if (classes->n[c] == 0)
            ls_found(findings, facts->job->data_node, "class %zu%s%s%s has no sample to train on",
                     c, name ? " (" : "", name ? name : "", name ? ")" : "");
    }
}

const struct ls_check_ops ls_check_classes = {
    "classes", "give the model no output for it, or add samples of it", find_classes};

static void find_labels(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_extents *const y = facts->y;
    for (size_t i = 0; y && i < y->len; i++)
        if (y->least[i] == y->most[i])
            ls_found(findings, facts->job->data_node, "label %zu is %g in every sample", i,
                     (double)y->least[i]);
}

const struct ls_check_ops ls_check_labels = {
    "labels", "leave it out, or add samples where it is another", find_labels};
