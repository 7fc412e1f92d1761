/* Squared error of K values: value of each (z - y)^2.  Source: torch.nn.MSELoss. */
#include "src/losses/loss.h"

static const struct ls_option options[] = {{0}};

static double element(const struct ls_loss *loss, size_t place, double z, double y, double *slope)
{
    (void)loss, (void)place;
    const double d = z - y;
    *slope = 2 * d;
    return d * d;
}

extern const struct ls_loss_ops ls_loss_mse;
const struct ls_loss_ops ls_loss_mse = {
    .kind = "mse",
    .help = "squared error",
    .options = options,
    .target = LS_TARGET_VALUES,
    .element = element,
};
