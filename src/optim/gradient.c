#include "src/optim/gradient.h"

#include "src/base/vector.h"

LS_VECTOR static void divide(const real *restrict sum, size_t len, real divisor, real *restrict g)
{
    for (size_t i = 0; i < len; i++)
        g[i] = sum[i] / divisor;
}

void ls_gradient_get(const struct ls_gradient *gradient, size_t begin, size_t len, const real *w,
                     real *restrict g)
{
    divide(gradient->sum + begin, len, gradient->divisor, g);
    ls_penalty_add(&gradient->penalty, len, w + begin, g);
    ls_clip_scale(g, len, gradient->factor);
    ls_clip_value(g, len, gradient->limit);
}
