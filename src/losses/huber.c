/* Squared error near 0, absolute further out: with d = z - y and D = delta, value of each
 * |d| <= D ? d^2 / 2 : D (|d| - D / 2).  Source: torch.nn.HuberLoss. */
#include <stddef.h>

#include "src/losses/loss.h"

struct args {
    double delta;
};

static const struct ls_option options[] = {{"delta", LS_REAL, offsetof(struct args, delta), "1",
                                            1e-12, 1e12, NULL, "where the square ends"},
                                           {0}};

static double element(const struct ls_loss *loss, size_t place, double z, double y, double *slope)
{
    (void)place;
    const double delta = ((const struct args *)loss->args)->delta;
    const double d = z - y;
    const bool outside = fabs(d) > delta;
    *slope = outside ? copysign(delta, d) : d;
    return outside ? delta * (fabs(d) - delta / 2) : d * d / 2;
}

extern const struct ls_loss_ops ls_loss_huber;
const struct ls_loss_ops ls_loss_huber = {
    .kind = "huber",
    .help = "squared error within delta, absolute error outside",
    .options = options,
    .args_bytes = sizeof(struct args),
    .target = LS_TARGET_VALUES,
    .element = element,
};
