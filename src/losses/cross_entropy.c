/* Cross entropy of a softmax over classes, with p = softmax(z), class y and class weights w:
 *   value  (1 - e) w_y (-log p_y) + e / K sum_c w_c (-log p_c),  e the label smoothing
 *   weight w_y
 * so that the sum of values over the sum of weights is torch.nn.CrossEntropyLoss.
 * Source of label smoothing: Szegedy et al., "Rethinking the Inception architecture for computer
 * vision", 2016. */
#include <stddef.h>

#include "src/losses/loss.h"
#include "src/losses/softmax.h"

struct args {
    double label_smoothing;
};

static const struct ls_option options[] = {{"label_smoothing", LS_REAL,
                                            offsetof(struct args, label_smoothing), "0", 0, 1, NULL,
                                            "share of the target spread evenly over all classes"},
                                           {0}};

static double sample(const struct ls_loss *loss, const real *restrict z, int32_t y,
                     real *restrict dz, double *weight)
{
    const struct args *args = loss->args;
    const size_t k = loss->k, right = (size_t)y;
    const double *w = loss->class_weight;
    const double sharp = (1 - args->label_smoothing) * w[right];
    const double smooth = args->label_smoothing / (double)k;
    const struct ls_softmax softmax = ls_softmax(k, z);
    *weight = w[right];
    double value = -sharp * ls_softmax_log(&softmax, right), sum_w = 0;
    if (smooth > 0)
        for (size_t c = 0; c < k; c++) {
            value -= smooth * w[c] * ls_softmax_log(&softmax, c);
            sum_w += w[c];
        }
    if (!dz)
        return value;
    for (size_t c = 0; c < k; c++) {
        const double log_p = ls_softmax_log(&softmax, c);
        const double sharp_part = sharp * (c == right ? expm1(log_p) : exp(log_p));
        const double smooth_part = smooth > 0 ? smooth * (exp(log_p) * sum_w - w[c]) : 0;
        dz[c] = (real)(sharp_part + smooth_part);
    }
    return value;
}

extern const struct ls_loss_ops ls_loss_cross_entropy;
const struct ls_loss_ops ls_loss_cross_entropy = {
    .kind = "cross_entropy",
    .help = "softmax over classes; label smoothing",
    .options = options,
    .args_bytes = sizeof(struct args),
    .target = LS_TARGET_CLASS,
    .sample = sample,
};
