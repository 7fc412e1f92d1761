/* Mean recall over the classes that occur.  Source: sklearn.metrics.balanced_accuracy_score. */
#include "src/metrics/metrics.h"

static double of_classes(const struct ls_measures *m)
{
    const size_t k = m->k;
    const double *const sums = m->counts;
    double recalls = 0, classes = 0;
    for (size_t c = 0; c < k; c++) {
        double samples = 0;
        for (size_t predicted = 0; predicted < k; predicted++)
            samples += sums[c * k + predicted];
        if (samples > 0) {
            recalls += sums[c * k + c] / samples;
            classes += 1;
        }
    }
    return recalls / classes;
}

extern const struct ls_metric_ops ls_metric_balanced_accuracy;
const struct ls_metric_ops ls_metric_balanced_accuracy = {
    .name = "balanced_accuracy",
    .help = "mean over the classes of the share found",
    .higher_is_better = true,
    .value = {[LS_METRIC_CLASSES] = of_classes},
};
