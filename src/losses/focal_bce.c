/* Focal loss of K labels from logits: with p = sigmoid(x), x = z for label 1 and -z for label 0,
 *   value  -a (1 - p)^g log p
 *   d value / dx = a (1 - p)^g (g p log p + p - 1)
 * where log p = -softplus(-x) and (1 - p)^g = exp(-g softplus(x)), so that nothing is raised to a
 * negative power. A label y between 0 and 1 is y parts label 1 and 1 - y parts label 0.
 * alpha A is the paper's: a = A for label 1 and 1 - A for label 0; without it a = 1 for both.
 * Source: Lin et al., "Focal loss for dense object detection", 2017; torchvision's
 * sigmoid_focal_loss, averaged. */
#include <stddef.h>

#include "src/losses/per_class.h"

struct args {
    double gamma;
    const struct ls_node *alpha;
};

static const struct ls_option options[] = {
    {"gamma", LS_REAL, offsetof(struct args, gamma), "2", 0, 1000, NULL,
     "how much easy examples fade; 0 is bce"},
    {"alpha", LS_NODE, offsetof(struct args, alpha), "", 0, 0, NULL,
     "A from 0 to 1, or a list by label: label 1 weighs A, label 0 1 - A [1 for both]"},
    {0}};

static ls_status plan(struct ls_loss *loss, struct ls_arena *arena)
{
    return ls_alpha_plan(loss, ((const struct args *)loss->args)->alpha, false, arena);
}

static double softplus(double x)
{
    return fmax(x, 0) + log1p(exp(-fabs(x)));
}

/* Value of label 1 at x with a = 1; its slope. */
static double fading(double gamma, double x, double *slope)
{
    const double log_p = -softplus(-x), log_q = -softplus(x);
    const double fade = exp(gamma * log_q);
    *slope = fade * (gamma * exp(log_p) * log_p - exp(log_q));
    return -fade * log_p;
}

static double element(const struct ls_loss *loss, size_t place, double z, double y, double *slope)
{
    const double gamma = ((const struct args *)loss->args)->gamma;
    const double *const alpha = loss->per_class;
    const double one = y * (alpha ? alpha[place] : 1);
    const double zero = (1 - y) * (alpha ? 1 - alpha[place] : 1);
    double up = 0, down = 0;
    const double value_one = fading(gamma, z, &up), value_zero = fading(gamma, -z, &down);
    *slope = one * up - zero * down;
    return one * value_one + zero * value_zero;
}

extern const struct ls_loss_ops ls_loss_focal_bce;
const struct ls_loss_ops ls_loss_focal_bce = {
    .kind = "focal_bce",
    .help = "bce in which easy labels fade: -alpha (1 - p)^gamma log p of each output",
    .options = options,
    .args_bytes = sizeof(struct args),
    .target = LS_TARGET_VALUES,
    .multi_label = true,
    .plan = plan,
    .element = element,
};
