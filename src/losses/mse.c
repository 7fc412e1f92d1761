/* Squared error of K values: value sum_k (z - y)^2, weight K.  Source: torch.nn.MSELoss. */
#include "src/losses/loss.h"

static const struct ls_option options[] = {{0}};

static double sample(const struct ls_loss *loss, const real *restrict z, int32_t class_,
                     const real *restrict values, real *restrict dz, double *weight)
{
    (void)class_;
    double value = 0;
    for (size_t i = 0; i < loss->k; i++) {
        const double d = (double)z[i] - (double)values[i];
        value += d * d;
        if (dz)
            dz[i] = (real)(2 * d);
    }
    *weight = (double)loss->k;
    return value;
}

extern const struct ls_loss_ops ls_loss_mse;
const struct ls_loss_ops ls_loss_mse = {
    .kind = "mse",
    .help = "squared error",
    .options = options,
    .target = LS_TARGET_VALUES,
    .sample = sample,
};
