/* Absolute error of K values: value sum_k |z - y|, weight K; its slope at 0 is 0.
 * Source: torch.nn.L1Loss. */
#include "src/losses/loss.h"

static const struct ls_option options[] = {{0}};

static double sample(const struct ls_loss *loss, const real *restrict z, int32_t class_,
                     const real *restrict values, real *restrict dz, double *weight)
{
    (void)class_;
    double value = 0;
    for (size_t i = 0; i < loss->k; i++) {
        const double d = (double)z[i] - (double)values[i];
        value += fabs(d);
        if (dz)
            dz[i] = isnan(d) ? (real)d : (real)((d > 0) - (d < 0));
    }
    *weight = (double)loss->k;
    return value;
}

extern const struct ls_loss_ops ls_loss_l1;
const struct ls_loss_ops ls_loss_l1 = {
    .kind = "l1",
    .help = "absolute error",
    .options = options,
    .target = LS_TARGET_VALUES,
    .sample = sample,
};
