/* Mean of F1 = 2 tp / (2 tp + fp + fn), unweighted: over the classes that occur among truths or
 * predictions, or over all labels, where a label that never occurs counts 0.
 * Source: sklearn.metrics.f1_score with average="macro". */
#include "src/metrics/metrics.h"

static double of_classes(const struct ls_measures *m)
{
    const size_t k = m->k;
    const double *const sums = m->counts;
    double total = 0, classes = 0;
    for (size_t c = 0; c < k; c++) {
        double row = 0, column = 0;
        for (size_t other = 0; other < k; other++) {
            row += sums[c * k + other];
            column += sums[other * k + c];
        }
        if (row + column > 0) {
            total += 2 * sums[c * k + c] / (row + column);
            classes += 1;
        }
    }
    return total / classes;
}

static double of_labels(const struct ls_measures *m)
{
    const size_t k = m->k;
    const double *const sums = m->counts;
    double total = 0, all = 0;
    for (size_t c = 0; c < k; c++) {
        const double *label = sums + c * LS_LABEL_COUNTS;
        const double twice = 2 * label[LS_LABEL_TP];
        const double wrong = label[LS_LABEL_FP] + label[LS_LABEL_FN];
        if (twice + wrong > 0)
            total += twice / (twice + wrong);
        all += twice + wrong + label[LS_LABEL_TN];
    }
    return all > 0 ? total / (double)k : (double)NAN;
}

extern const struct ls_metric_ops ls_metric_macro_f1;
const struct ls_metric_ops ls_metric_macro_f1 = {
    .name = "macro_f1",
    .help = "mean over the classes or labels of F1",
    .higher_is_better = true,
    .value = {[LS_METRIC_CLASSES] = of_classes, [LS_METRIC_LABELS] = of_labels},
};
