/* Cross entropy of a softmax over classes, with p = softmax(z), class y and class weights w:
 *   value  (1 - e) w_y (-log p_y) + e / K sum_c w_c (-log p_c),  e the label smoothing
 *   weight w_y
 * so that the sum of values over the sum of weights is torch.nn.CrossEntropyLoss. */
#include <stddef.h>

#include "src/losses/loss.h"
#include "src/losses/softmax.h"

struct args {
    double label_smoothing;
    const struct ls_node *class_weights;
};

static const struct ls_option options[] = {
    {"label_smoothing", LS_REAL, offsetof(struct args, label_smoothing), "0", 0, 1, NULL,
     "share of the target spread evenly over all classes"},
    {"class_weights", LS_NODE, offsetof(struct args, class_weights), "", 0, 0, NULL,
     "none, balanced = n / (k n_c), or a list of one number per class [none]"},
    {0}};

static double sample(const struct ls_loss *loss, const real *restrict z, int32_t class_,
                     const real *restrict values, real *restrict dz, double *weight)
{
    (void)values;
    const struct args *args = loss->args;
    const size_t k = loss->k, y = (size_t)class_;
    const double *w = loss->class_weight;
    const double sharp = (1 - args->label_smoothing) * w[y];
    const double smooth = args->label_smoothing / (double)k;
    const struct ls_softmax softmax = ls_softmax(k, z);
    *weight = w[y];
    double value = -sharp * ls_softmax_log(&softmax, z[y]), sum_w = 0;
    if (smooth > 0)
        for (size_t c = 0; c < k; c++) {
            value -= smooth * w[c] * ls_softmax_log(&softmax, z[c]);
            sum_w += w[c];
        }
    if (!dz)
        return value;
    for (size_t c = 0; c < k; c++) {
        const double log_p = ls_softmax_log(&softmax, z[c]);
        const double sharp_part = sharp * (c == y ? expm1(log_p) : exp(log_p));
        const double smooth_part = smooth > 0 ? smooth * (exp(log_p) * sum_w - w[c]) : 0;
        dz[c] = (real)(sharp_part + smooth_part);
    }
    return value;
}

extern const struct ls_loss_ops ls_loss_cross_entropy;
const struct ls_loss_ops ls_loss_cross_entropy = {
    .kind = "cross_entropy",
    .help = "softmax over classes; label smoothing, class weights",
    .options = options,
    .args_bytes = sizeof(struct args),
    .target = LS_TARGET_CLASS,
    .class_weights_offset = offsetof(struct args, class_weights),
    .sample = sample,
};
