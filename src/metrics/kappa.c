/* Cohen's kappa, agreement beyond chance: (p - e) / (1 - e), where p is the accuracy and e what it
 * would be if truth and prediction were independent; NaN when both are always one and the same
 * class.  Source: sklearn.metrics.cohen_kappa_score. */
#include "src/metrics/metrics.h"

static double of_classes(const struct ls_measures *m)
{
    const size_t k = m->k;
    double all = 0, right = 0, chance = 0;
    for (size_t c = 0; c < k; c++) {
        double row = 0, column = 0;
        for (size_t other = 0; other < k; other++) {
            row += m->counts[c * k + other];
            column += m->counts[other * k + c];
        }
        all += row;
        right += m->counts[c * k + c];
        chance += row * column;
    }
    return 1 - (all - right) * all / (all * all - chance);
}

extern const struct ls_metric_ops ls_metric_kappa;
const struct ls_metric_ops ls_metric_kappa = {
    .name = "kappa",
    .help = "Cohen's kappa: agreement beyond chance",
    .higher_is_better = true,
    .value = {[LS_METRIC_CLASSES] = of_classes},
};
