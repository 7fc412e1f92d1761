/* Binary cross entropy of K labels from logits: value of each max(z, 0) - z y + log(1 + exp(-|z|)).
 * Source: torch.nn.BCEWithLogitsLoss. */
#include "src/losses/loss.h"

static const struct ls_option options[] = {{0}};

static double element(const struct ls_loss *loss, size_t place, double z, double y, double *slope)
{
    (void)loss, (void)place;
    const double small = exp(-fabs(z));
    *slope = (z >= 0 ? 1 / (1 + small) : small / (1 + small)) - y;
    return fmax(z, 0) - z * y + log1p(small);
}

extern const struct ls_loss_ops ls_loss_bce;
const struct ls_loss_ops ls_loss_bce = {
    .kind = "bce",
    .help = "binary cross entropy of each output's logit: several labels per sample",
    .options = options,
    .target = LS_TARGET_VALUES,
    .multi_label = true,
    .element = element,
};
