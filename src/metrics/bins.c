/* Predictions by confidence, for the calibration error: bin b of LS_BINS holds confidences in
 * (b, b + 1] / LS_BINS. The confidence is the score of the predicted class; of a label that is
 * predicted its score, of one that is not 1 minus that. A confidence that is no number spoils
 * the sums, as it should. */
#include "src/metrics/metrics.h"

static void add(double confidence, bool is_right, double *bins)
{
    double bin = ceil(confidence * LS_BINS) - 1;
    if (!(bin > 0))
        bin = 0;
    double *const sums = bins + (size_t)fmin(bin, LS_BINS - 1) * LS_BIN_SUMS;
    sums[LS_BIN_COUNT] += 1;
    sums[LS_BIN_RIGHT] += is_right;
    sums[LS_BIN_CONFIDENCE] += confidence;
}

void ls_metrics_add_bins(enum ls_metric_kind kind, size_t k, const real *restrict z,
                         const float *restrict scores, int32_t class_, const real *restrict values,
                         double *restrict bins)
{
    if (kind == LS_METRIC_CLASSES) {
        const size_t predicted = ls_argmax(k, z);
        add((double)scores[predicted], predicted == (size_t)class_, bins);
        return;
    }
    for (size_t c = 0; c < k; c++) {
        const bool predicted = z[c] > 0, is_true = values[c] > LS_R(0.5);
        const double score = (double)scores[c];
        add(predicted ? score : 1 - score, predicted == is_true, bins);
    }
}
