/* Squared error near 0, absolute further out: with d = z - y and D = delta, value
 * sum_k (|d| <= D ? d^2 / 2 : D (|d| - D / 2)), weight K.  Source: torch.nn.HuberLoss. */
#include <stddef.h>

#include "src/losses/loss.h"

struct args {
    double delta;
};

static const struct ls_option options[] = {{"delta", LS_REAL, offsetof(struct args, delta), "1",
                                            1e-12, 1e12, NULL, "where the square ends"},
                                           {0}};

static double sample(const struct ls_loss *loss, const real *restrict z, int32_t class_,
                     const real *restrict values, real *restrict dz, double *weight)
{
    (void)class_;
    const double delta = ((const struct args *)loss->args)->delta;
    double value = 0;
    for (size_t i = 0; i < loss->k; i++) {
        const double d = (double)z[i] - (double)values[i];
        const bool outside = fabs(d) > delta;
        value += outside ? delta * (fabs(d) - delta / 2) : d * d / 2;
        if (dz)
            dz[i] = (real)(outside ? copysign(delta, d) : d);
    }
    *weight = (double)loss->k;
    return value;
}

extern const struct ls_loss_ops ls_loss_huber;
const struct ls_loss_ops ls_loss_huber = {
    .kind = "huber",
    .help = "squared error within delta, absolute error outside",
    .options = options,
    .args_bytes = sizeof(struct args),
    .target = LS_TARGET_VALUES,
    .sample = sample,
};
