/* Focal loss over a softmax, with p = softmax(z)_y, q = 1 - p and class weight w_y:
 *   value  -w_y a_y q^g log p        weight  w_y
 *   d value / d log p = -w_y a_y q^g (1 - g p log p / q)
 * The last factor is bounded (log p / q goes to -1 as q goes to 0), so nothing is raised to a
 * negative power and the gradient is finite for every g >= 0. q is -expm1(log p), which keeps its
 * digits near p = 1.
 * alpha weighs the classes without entering the weight: a number a is the paper's, 1 - a for class
 * 0 (the negatives) and a for the others; a list has one for each class.
 * Source: Lin et al., "Focal loss for dense object detection", 2017. */
#include <stddef.h>

#include "src/losses/per_class.h"
#include "src/losses/softmax.h"

struct args {
    double gamma;
    const struct ls_node *alpha;
};

static const struct ls_option options[] = {
    {"gamma", LS_REAL, offsetof(struct args, gamma), "2", 0, 1000, NULL,
     "how much easy examples fade; 0 is cross_entropy"},
    {"alpha", LS_NODE, offsetof(struct args, alpha), "", 0, 0, NULL,
     "A from 0 to 1 (class 0 weighs 1 - A, the others A), or a list by class, apart from the "
     "normalisation [1 for all]"},
    {0}};

static ls_status plan(struct ls_loss *loss, struct ls_arena *arena)
{
    return ls_alpha_plan(loss, ((const struct args *)loss->args)->alpha, true, arena);
}

static double sample(const struct ls_loss *loss, const real *restrict z, int32_t y,
                     real *restrict dz, double *weight)
{
    const double gamma = ((const struct args *)loss->args)->gamma;
    const struct ls_softmax softmax = ls_softmax(loss->k, z);
    const double log_p = ls_softmax_log(&softmax, (size_t)y);
    const double q = -expm1(log_p);
    const double alpha = loss->per_class ? loss->per_class[y] : 1;
    const double fade = loss->class_weight[y] * alpha * pow(q, gamma);
    *weight = loss->class_weight[y];
    if (dz) {
        const double ratio = q > 0 ? log_p / q : -1;
        const double slope = -fade * (1 - gamma * exp(log_p) * ratio);
        ls_softmax_slope(&softmax, (size_t)y, slope, dz);
    }
    return -fade * log_p;
}

extern const struct ls_loss_ops ls_loss_focal;
const struct ls_loss_ops ls_loss_focal = {
    .kind = "focal",
    .help = "cross entropy in which easy examples fade: -alpha (1 - p)^gamma log p",
    .options = options,
    .args_bytes = sizeof(struct args),
    .target = LS_TARGET_CLASS,
    .plan = plan,
    .sample = sample,
};
