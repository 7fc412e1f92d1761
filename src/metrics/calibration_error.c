/* Expected calibration error: |share of right predictions - mean confidence| of each bin of
 * confidence, weighted by its predictions; 15 bins of equal width.
 * Source: Guo et al. 2017, On Calibration of Modern Neural Networks. */
#include "src/metrics/metrics.h"

static double of_bins(const struct ls_measures *m)
{
    double error = 0, all = 0;
    for (size_t b = 0; b < LS_BINS; b++) {
        const double *const bin = m->bins + b * LS_BIN_SUMS;
        error += fabs(bin[LS_BIN_RIGHT] - bin[LS_BIN_CONFIDENCE]);
        all += bin[LS_BIN_COUNT];
    }
    return error / all;
}

extern const struct ls_metric_ops ls_metric_calibration_error;
const struct ls_metric_ops ls_metric_calibration_error = {
    .name = "calibration_error",
    .help = "mean distance of confidence and accuracy, in 15 bins of confidence",
    .higher_is_better = false,
    .wants = LS_WANT_BINS,
    .value = {[LS_METRIC_CLASSES] = of_bins, [LS_METRIC_LABELS] = of_bins},
};
