/* Absolute error of K values: value of each |z - y|; its slope at 0 is 0.
 * Source: torch.nn.L1Loss. */
#include "src/losses/loss.h"

static const struct ls_option options[] = {{0}};

static double element(const struct ls_loss *loss, size_t place, double z, double y, double *slope)
{
    (void)loss, (void)place;
    const double d = z - y;
    *slope = isnan(d) ? d : (double)((d > 0) - (d < 0));
    return fabs(d);
}

extern const struct ls_loss_ops ls_loss_l1;
const struct ls_loss_ops ls_loss_l1 = {
    .kind = "l1",
    .help = "absolute error",
    .options = options,
    .target = LS_TARGET_VALUES,
    .element = element,
};
