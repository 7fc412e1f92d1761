/* Cross entropy of outputs that are raised by the logarithm of the classes' shares, so that the
 * model's own outputs need not know them: with p = softmax(z + tau log(n_c / n)), class y and
 * class weight w_y
 *   value  -w_y log p_y        weight  w_y
 * tau = 1 is balanced softmax, any other a logit adjustment. Predictions are made from z alone.
 * Source: Ren et al., "Balanced meta-softmax for long-tailed visual recognition", 2020; Menon et
 * al., "Long-tail learning via logit adjustment", 2021. */
#include <stddef.h>

#include "src/losses/loss.h"
#include "src/losses/softmax.h"

struct args {
    double tau;
};

static const struct ls_option options[] = {{"tau", LS_REAL, offsetof(struct args, tau), "1", 0,
                                            1000, NULL,
                                            "how much of the classes' shares is taken out"},
                                           {0}};

static ls_status plan(struct ls_loss *loss, struct ls_arena *arena)
{
    const double tau = ((const struct args *)loss->args)->tau;
    double *const shift = ls_arena_get(arena, loss->k, sizeof *shift);
    if (!shift)
        return LS_OTHER;
    double n = 0;
    for (size_t c = 0; c < loss->k; c++)
        n += (double)loss->class_count[c];
    for (size_t c = 0; c < loss->k; c++)
        shift[c] = tau * log((double)loss->class_count[c] / n);
    loss->per_class = shift;
    return LS_OK;
}

static double sample(const struct ls_loss *loss, const real *restrict z, int32_t y,
                     real *restrict dz, double *weight)
{
    const struct ls_logits logits = {
        .k = loss->k, .z = z, .shift = loss->per_class, .only = LS_EVERY_CLASS, .scale = 1};
    const struct ls_softmax softmax = ls_softmax_of(&logits);
    *weight = loss->class_weight[y];
    if (dz)
        ls_softmax_slope(&softmax, (size_t)y, -*weight, dz);
    return -*weight * ls_softmax_log(&softmax, (size_t)y);
}

extern const struct ls_loss_ops ls_loss_balanced_softmax;
const struct ls_loss_ops ls_loss_balanced_softmax = {
    .kind = "balanced_softmax",
    .help = "cross entropy of z + tau log(share of the class): logit adjustment",
    .options = options,
    .args_bytes = sizeof(struct args),
    .target = LS_TARGET_CLASS,
    .counts = true,
    .plan = plan,
    .sample = sample,
};
