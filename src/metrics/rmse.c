/* Root of the mean squared error over all elements. */
#include "src/metrics/metrics.h"

static double of_values(const struct ls_measures *m)
{
    const double *const sums = m->counts;
    return sqrt(sums[LS_VALUE_SQUARED] / sums[LS_VALUE_COUNT]);
}

extern const struct ls_metric_ops ls_metric_rmse;
const struct ls_metric_ops ls_metric_rmse = {
    .name = "rmse",
    .help = "root of the mean squared error",
    .higher_is_better = false,
    .value = {[LS_METRIC_VALUES] = of_values},
};
