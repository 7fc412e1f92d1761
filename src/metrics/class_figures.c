/* Precision, recall and F1 of one class or label. */
#include "src/metrics/metrics.h"

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

struct ls_class_figures ls_metrics_class(enum ls_metric_kind kind, const struct ls_measures *m,
                                         size_t c)
{
    const size_t k = m->k;
    double right = 0, predicted = 0, support = 0;
    if (kind == LS_METRIC_CLASSES) {
        right = m->counts[c * k + c];
        for (size_t other = 0; other < k; other++) {
            predicted += m->counts[other * k + c];
            support += m->counts[c * k + other];
        }
    } else {
        const double *const label = m->counts + c * LS_LABEL_COUNTS;
        right = label[LS_LABEL_TP];
        predicted = right + label[LS_LABEL_FP];
        support = right + label[LS_LABEL_FN];
    }
    return (struct ls_class_figures){
        .precision = share(right, predicted),
        .recall = share(right, support),
        .f1 = share(2 * right, predicted + support),
        .support = support,
        .auroc = m->rankings ? m->rankings[c].auroc : (double)NAN,
        .average_precision = m->rankings ? m->rankings[c].average_precision : (double)NAN};
}
