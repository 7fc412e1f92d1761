/* Cross entropy with its first term in (1 - p) reweighed, with p = softmax(z)_y and class weight
 * w_y: value  w_y (-log p + e (1 - p))        weight  w_y d value / d log p = -w_y (1 + e p)
 * Source: Leng et al., "PolyLoss: a polynomial expansion perspective of classification loss
 * functions", 2022. */
#include <stddef.h>

#include "src/losses/loss.h"
#include "src/losses/softmax.h"

struct args {
    double epsilon;
};

static const struct ls_option options[] = {{"epsilon", LS_REAL, offsetof(struct args, epsilon), "1",
                                            -1, 1e6, NULL,
                                            "how much more 1 - p counts; 0 is cross_entropy"},
                                           {0}};

static double sample(const struct ls_loss *loss, const real *restrict z, int32_t y,
                     real *restrict dz, double *weight)
{
    const double epsilon = ((const struct args *)loss->args)->epsilon, w = loss->class_weight[y];
    const struct ls_softmax softmax = ls_softmax(loss->k, z);
    const double log_p = ls_softmax_log(&softmax, (size_t)y);
    *weight = w;
    if (dz)
        ls_softmax_slope(&softmax, (size_t)y, -w * (1 + epsilon * exp(log_p)), dz);
    return w * (-log_p - epsilon * expm1(log_p));
}

extern const struct ls_loss_ops ls_loss_poly1;
const struct ls_loss_ops ls_loss_poly1 = {
    .kind = "poly1",
    .help = "cross entropy + epsilon (1 - p)",
    .options = options,
    .args_bytes = sizeof(struct args),
    .target = LS_TARGET_CLASS,
    .sample = sample,
};
