/* Area under the ROC curve: the chance that a sample of the class has a higher score than one of
 * the others, a tie counting half. Of class 1 where there are two classes; else the mean over
 * the classes (each against the rest) or labels that have samples both of it and not of it.
 * Source: sklearn.metrics.roc_auc_score with multi_class="ovr". */
#include "src/metrics/metrics.h"

static double mean(const struct ls_measures *m)
{
    double total = 0, classes = 0;
    for (size_t c = 0; c < m->k; c++)
        if (m->rankings[c].positives > 0 && m->rankings[c].negatives > 0) {
            total += m->rankings[c].auroc;
            classes += 1;
        }
    return total / classes;
}

static double of_classes(const struct ls_measures *m)
{
    if (m->k != 2)
        return mean(m);
    const struct ls_ranking *const one = &m->rankings[1];
    return one->positives > 0 && one->negatives > 0 ? one->auroc : (double)NAN;
}

extern const struct ls_metric_ops ls_metric_auroc;
const struct ls_metric_ops ls_metric_auroc = {
    .name = "auroc",
    .help = "area under the ROC curve: of class 1 of 2, else the mean over the classes or labels",
    .higher_is_better = true,
    .wants = LS_WANT_RANKINGS,
    .value = {[LS_METRIC_CLASSES] = of_classes, [LS_METRIC_LABELS] = mean},
};
