/* Mean of F1 = 2 tp / (2 tp + fp + fn), each class or label weighted by its true samples.
 * Source: sklearn.metrics.f1_score with average="weighted". */
#include "src/metrics/metrics.h"

static double weighted(enum ls_metric_kind kind, const struct ls_measures *m, double *samples)
{
    double total = 0;
    *samples = 0;
    for (size_t c = 0; c < m->k; c++) {
        const struct ls_class_figures figures = ls_metrics_class(kind, m, c);
        total += figures.f1 * figures.support;
        *samples += figures.support;
    }
    return total;
}

static double of_classes(const struct ls_measures *m)
{
    double samples;
    const double total = weighted(LS_METRIC_CLASSES, m, &samples);
    return total / samples;
}

/* 0 where no sample bears any label */
static double of_labels(const struct ls_measures *m)
{
    double samples, all = 0;
    const double total = weighted(LS_METRIC_LABELS, m, &samples);
    for (size_t i = 0; i < m->k * LS_LABEL_COUNTS; i++)
        all += m->counts[i];
    return samples > 0 || all == 0 ? total / samples : 0;
}

extern const struct ls_metric_ops ls_metric_weighted_f1;
const struct ls_metric_ops ls_metric_weighted_f1 = {
    .name = "weighted_f1",
    .help = "mean of F1 over the classes or labels, weighted by their samples",
    .higher_is_better = true,
    .value = {[LS_METRIC_CLASSES] = of_classes, [LS_METRIC_LABELS] = of_labels},
};
