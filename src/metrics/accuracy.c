/* Share of samples whose class is predicted; with labels, share of right (sample, label) pairs. */
#include "src/metrics/metrics.h"

static double of_classes(const struct ls_measures *m)
{
    const size_t k = m->k;
    const double *const sums = m->counts;
    double right = 0, all = 0;
    for (size_t i = 0; i < k * k; i++)
        all += sums[i];
    for (size_t c = 0; c < k; c++)
        right += sums[c * k + c];
    return right / all;
}

static double of_labels(const struct ls_measures *m)
{
    const size_t k = m->k;
    const double *const sums = m->counts;
    double right = 0, all = 0;
    for (size_t c = 0; c < k; c++) {
        const double *label = sums + c * LS_LABEL_COUNTS;
        right += label[LS_LABEL_TP] + label[LS_LABEL_TN];
        all += label[LS_LABEL_TP] + label[LS_LABEL_TN] + label[LS_LABEL_FP] + label[LS_LABEL_FN];
    }
    return right / all;
}

extern const struct ls_metric_ops ls_metric_accuracy;
const struct ls_metric_ops ls_metric_accuracy = {
    .name = "accuracy",
    .help = "share of right predictions",
    .higher_is_better = true,
    .value = {[LS_METRIC_CLASSES] = of_classes, [LS_METRIC_LABELS] = of_labels},
};
