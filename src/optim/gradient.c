#include "src/optim/gradient.h"

#include "src/base/vector.h"

LS_VECTOR static void scale(const real *restrict sum, size_t len, real factor, real *restrict g)
{
    for (size_t i = 0; i < len; i++)
        g[i] = sum[i] * factor;
}

LS_VECTOR static void divide(const real *restrict sum, size_t len, real divisor, real *restrict g)
{
    for (size_t i = 0; i < len; i++)
        g[i] = sum[i] / divisor;
}

/* What most batches have: dividing by it and multiplying by its inverse, which is exact, give the
 * same bits, and the product takes a fraction of the time. */
static bool is_power_of_two(real value)
{
    int exponent;
    return frexp(value, &exponent) == LS_R(0.5) && isnormal(1 / value);
}

void ls_gradient_get(const struct ls_gradient *gradient, size_t begin, size_t len, const real *w,
                     real *restrict g)
{
    if (is_power_of_two(gradient->divisor))
        scale(gradient->sum + begin, len, 1 / gradient->divisor, g);
    else
        divide(gradient->sum + begin, len, gradient->divisor, g);
    ls_penalty_add(&gradient->penalty, len, w + begin, g);
    ls_clip_scale(g, len, gradient->factor);
    ls_clip_value(g, len, gradient->limit);
}
