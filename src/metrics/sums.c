/* Counting samples into the sums that metrics are worked out from. */
#include "src/metrics/metrics.h"

size_t ls_metrics_len(enum ls_metric_kind kind, size_t k)
{
    if (kind == LS_METRIC_CLASSES)
        return k * k;
    return kind == LS_METRIC_LABELS ? k * LS_LABEL_COUNTS : LS_VALUE_SUMS;
}

size_t ls_argmax(size_t k, const real *z)
{
    size_t top = 0;
    for (size_t c = 1; c < k; c++)
        if (z[c] > z[top])
            top = c;
    return top;
}

static void add_classes(size_t k, size_t n, const real *restrict z, const int32_t *classes,
                        double *restrict sums)
{
    for (size_t i = 0; i < n; i++)
        sums[(size_t)classes[i] * k + ls_argmax(k, z + i * k)] += 1;
}

static void add_labels(size_t k, size_t n, const real *restrict z, const real *restrict y,
                       double *restrict sums)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < k; c++) {
            const bool predicted = z[i * k + c] > 0, is_true = y[i * k + c] > LS_R(0.5);
            const size_t column = predicted ? (is_true ? LS_LABEL_TP : LS_LABEL_FP)
                                            : (is_true ? LS_LABEL_FN : LS_LABEL_TN);
            sums[c * LS_LABEL_COUNTS + column] += 1;
        }
}

static void add_values(size_t len, const real *restrict z, const real *restrict y,
                       double *restrict sums)
{
    for (size_t i = 0; i < len; i++) {
        const double d = (double)z[i] - (double)y[i];
        sums[LS_VALUE_ABSOLUTE] += fabs(d);
        sums[LS_VALUE_SQUARED] += d * d;
    }
    sums[LS_VALUE_COUNT] += (double)len;
}

void ls_metrics_add(enum ls_metric_kind kind, size_t k, size_t n, const real *restrict z,
                    struct ls_targets targets, double *restrict sums)
{
    if (kind == LS_METRIC_CLASSES)
        add_classes(k, n, z, targets.classes, sums);
    else if (kind == LS_METRIC_LABELS)
        add_labels(k, n, z, targets.values, sums);
    else
        add_values(n * k, z, targets.values, sums);
}
