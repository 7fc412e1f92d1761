/* Cross entropy with a margin that is wider for rarer classes: with m_c in proportion to
 * n_c^(-1/4), the largest max_margin, p = softmax(scale (z_c - m_c [c = y])), class y and class
 * weight w_y
 *   value  -w_y log p_y        weight  w_y
 * The paper takes z from a last layer of unit vectors, in [-1, 1]; where z may grow as it likes, a
 * scale near 1 is the gentler one. Its deferred re-weighting is class_weights {effective: 0.9999}
 * with class_weights_from_epoch.
 * Source: Cao et al., "Learning imbalanced datasets with label-distribution-aware margin loss",
 * 2019. */
#include <stddef.h>

#include "src/losses/loss.h"
#include "src/losses/softmax.h"

struct args {
    double max_margin, scale;
};

static const struct ls_option options[] = {
    {"max_margin", LS_REAL, offsetof(struct args, max_margin), "0.5", 0, 1000, NULL,
     "margin of the rarest class"},
    {"scale", LS_REAL, offsetof(struct args, scale), "30", 1e-6, 1e6, NULL, "of the outputs"},
    {0}};

static ls_status plan(struct ls_loss *loss, struct ls_arena *arena)
{
    const double max_margin = ((const struct args *)loss->args)->max_margin;
    double *const shift = ls_arena_get(arena, loss->k, sizeof *shift);
    if (!shift)
        return LS_OTHER;
    double rarest = (double)loss->class_count[0];
    for (size_t c = 1; c < loss->k; c++)
        rarest = fmin(rarest, (double)loss->class_count[c]);
    for (size_t c = 0; c < loss->k; c++)
        shift[c] = -max_margin * pow(rarest / (double)loss->class_count[c], 0.25);
    loss->per_class = shift;
    return LS_OK;
}

static double sample(const struct ls_loss *loss, const real *restrict z, int32_t y,
                     real *restrict dz, double *weight)
{
    const struct ls_logits logits = {.k = loss->k,
                                     .z = z,
                                     .shift = loss->per_class,
                                     .only = y,
                                     .scale = ((const struct args *)loss->args)->scale};
    const struct ls_softmax softmax = ls_softmax_of(&logits);
    *weight = loss->class_weight[y];
    if (dz)
        ls_softmax_slope(&softmax, (size_t)y, -*weight, dz);
    return -*weight * ls_softmax_log(&softmax, (size_t)y);
}

extern const struct ls_loss_ops ls_loss_ldam;
const struct ls_loss_ops ls_loss_ldam = {
    .kind = "ldam",
    .help = "cross entropy with margins in proportion to n_c^(-1/4)",
    .options = options,
    .args_bytes = sizeof(struct args),
    .target = LS_TARGET_CLASS,
    .bounded = true,
    .counts = true,
    .plan = plan,
    .sample = sample,
};
