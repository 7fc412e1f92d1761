/* Outputs as scores that a person can read. */
#include "src/metrics/metrics.h"

static void softmax(size_t k, const real *restrict z, float *restrict scores)
{
    const double top = (double)z[ls_argmax(k, z)];
    double sum = 0;
    for (size_t c = 0; c < k; c++)
        sum += exp((double)z[c] - top);
    for (size_t c = 0; c < k; c++)
        scores[c] = (float)(exp((double)z[c] - top) / sum);
}

void ls_metrics_scores(enum ls_metric_kind kind, size_t k, const real *restrict z,
                       float *restrict scores)
{
    if (kind == LS_METRIC_CLASSES) {
        softmax(k, z, scores);
        return;
    }
    for (size_t c = 0; c < k; c++)
        scores[c] = kind == LS_METRIC_LABELS ? (float)(1 / (1 + exp(-(double)z[c]))) : (float)z[c];
}
