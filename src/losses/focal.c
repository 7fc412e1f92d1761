/* Focal loss over a softmax, with p = softmax(z)_y, q = 1 - p and class weight w_y:
 *   value  -w_y q^g log p        weight  w_y
 *   d value / d log p = -w_y q^g (1 - g p log p / q)
 * The last factor is bounded (log p / q goes to -1 as q goes to 0), so nothing is raised to a
 * negative power and the gradient is finite for every g >= 0. q is -expm1(log p), which keeps its
 * digits near p = 1.
 * Source: Lin et al., "Focal loss for dense object detection", 2017. */
#include <stddef.h>

#include "src/losses/loss.h"
#include "src/losses/softmax.h"

struct args {
    double gamma;
    const struct ls_node *class_weights;
};

static const struct ls_option options[] = {
    {"gamma", LS_REAL, offsetof(struct args, gamma), "2", 0, 1000, NULL,
     "how much easy examples fade; 0 is cross_entropy"},
    {"class_weights", LS_NODE, offsetof(struct args, class_weights), "", 0, 0, NULL,
     "none, balanced = n / (k n_c), or a list of one number per class [none]"},
    {0}};

static double sample(const struct ls_loss *loss, const real *restrict z, int32_t class_,
                     const real *restrict values, real *restrict dz, double *weight)
{
    (void)values;
    const struct args *args = loss->args;
    const size_t k = loss->k, y = (size_t)class_;
    const struct ls_softmax softmax = ls_softmax(k, z);
    const double log_p = ls_softmax_log(&softmax, z[y]);
    const double q = -expm1(log_p);
    const double fade = loss->class_weight[y] * pow(q, args->gamma);
    *weight = loss->class_weight[y];
    if (dz) {
        const double ratio = q > 0 ? log_p / q : -1;
        const double slope = fade * (1 - args->gamma * exp(log_p) * ratio);
        for (size_t c = 0; c < k; c++)
            dz[c] = (real)(slope * (c == y ? -q : exp(ls_softmax_log(&softmax, z[c]))));
    }
    return -fade * log_p;
}

extern const struct ls_loss_ops ls_loss_focal;
const struct ls_loss_ops ls_loss_focal = {
    .kind = "focal",
    .help = "cross entropy in which easy examples fade: -(1 - p)^gamma log p",
    .options = options,
    .args_bytes = sizeof(struct args),
    .target = LS_TARGET_CLASS,
    .class_weights_offset = offsetof(struct args, class_weights),
    .sample = sample,
};
