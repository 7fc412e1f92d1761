/* Average precision: over the thresholds, from the highest score down, precision times the recall
 * that is won; equal scores are one threshold. Of class 1 where there are two classes; else the
 * mean over the classes (each against the rest) or labels that have samples both of it and not of
 * it. Source: sklearn.metrics.average_precision_score. */
#include "src/metrics/metrics.h"

static double mean(const struct ls_measures *m)
{
    double total = 0, classes = 0;
    for (size_t c = 0; c < m->k; c++)
        if (m->rankings[c].positives > 0 && m->rankings[c].negatives > 0) {
            total += m->rankings[c].average_precision;
            classes += 1;
        }
    return total / classes;
}

static double of_classes(const struct ls_measures *m)
{
    if (m->k != 2)
        return mean(m);
    const struct ls_ranking *const one = &m->rankings[1];
    return one->positives > 0 && one->negatives > 0 ? one->average_precision : (double)NAN;
}

extern const struct ls_metric_ops ls_metric_average_precision;
const struct ls_metric_ops ls_metric_average_precision = {
    .name = "average_precision",
    .help = "area under the steps of precision over recall: of class 1 of 2, else the mean over "
            "the classes or labels",
    .higher_is_better = true,
    .wants = LS_WANT_RANKINGS,
    .value = {[LS_METRIC_CLASSES] = of_classes, [LS_METRIC_LABELS] = mean},
};
