/* Mean absolute error over all elements. */
#include "src/metrics/metrics.h"

static double of_values(const struct ls_measures *m)
{
    const double *const sums = m->counts;
    return sums[LS_VALUE_ABSOLUTE] / sums[LS_VALUE_COUNT];
}

extern const struct ls_metric_ops ls_metric_mae;
const struct ls_metric_ops ls_metric_mae = {
    .name = "mae",
    .help = "mean absolute error",
    .higher_is_better = false,
    .value = {[LS_METRIC_VALUES] = of_values},
};
