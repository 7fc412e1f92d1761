/* Binary cross entropy of K labels from logits: value sum_k max(z, 0) - z y + log(1 + exp(-|z|)),
 * weight K.  Source: torch.nn.BCEWithLogitsLoss. */
#include "src/losses/loss.h"

static const struct ls_option options[] = {{0}};

static double sample(const struct ls_loss *loss, const real *restrict z, int32_t class_,
                     const real *restrict values, real *restrict dz, double *weight)
{
    (void)class_;
    double value = 0;
    for (size_t i = 0; i < loss->k; i++) {
        const double x = (double)z[i], y = (double)values[i];
        const double small = exp(-fabs(x));
        value += fmax(x, 0) - x * y + log1p(small);
        if (dz)
            dz[i] = (real)((x >= 0 ? 1 / (1 + small) : small / (1 + small)) - y);
    }
    *weight = (double)loss->k;
    return value;
}

extern const struct ls_loss_ops ls_loss_bce;
const struct ls_loss_ops ls_loss_bce = {
    .kind = "bce",
    .help = "binary cross entropy of each output's logit: several labels per sample",
    .options = options,
    .target = LS_TARGET_VALUES,
    .multi_label = true,
    .sample = sample,
};
