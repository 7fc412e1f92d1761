#include "src/losses/softmax.h"

struct ls_softmax ls_softmax_of(const struct ls_logits *logits)
{
    const size_t k = logits->k;
    size_t top = 0;
    double max = ls_logit(logits, 0);
    for (size_t c = 1; c < k; c++) {
        const double u = ls_logit(logits, c);
        if (u > max) {
            max = u;
            top = c;
        }
    }
    double others = 0;
    for (size_t c = 0; c < k; c++)
        if (c != top)
            others += exp(ls_logit(logits, c) - max);
    return (struct ls_softmax){.of = *logits, .max = max, .log_sum = log1p(others)};
}

struct ls_softmax ls_softmax(size_t k, const real *z)
{
    const struct ls_logits plain = {.k = k, .z = z, .scale = 1};
    return ls_softmax_of(&plain);
}

/* d log p_y / d u_c is 1 - p_y for y, and -p_c for the others. */
void ls_softmax_slope(const struct ls_softmax *softmax, size_t y, double slope, real *restrict dz)
{
    const double scaled = slope * softmax->of.scale;
    for (size_t c = 0; c < softmax->of.k; c++) {
        const double log_p = ls_softmax_log(softmax, c);
        dz[c] = (real)(-scaled * (c == y ? expm1(log_p) : exp(log_p)));
    }
}
