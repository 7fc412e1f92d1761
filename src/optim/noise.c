#include "src/optim/noise.h"

#include <math.h>

#include "src/base/philox.h"

const struct ls_option ls_noise_options[] = {
    {"eta", LS_REAL, offsetof(struct ls_noise, eta), "0", 0, 1e6, NULL,
     "variance at the first step [no noise]"},
    {"gamma", LS_REAL, offsetof(struct ls_noise, gamma), "0.55", 0, 100, NULL,
     "the variance falls as (1 + step)^-gamma"},
    {0}};

ls_status ls_noise_parse(struct ls_noise *noise, const struct ls_node *node, struct ls_arena *arena)
{
    return ls_options_parse(ls_noise_options, node, "gradient_noise", NULL, arena, noise);
}

double ls_noise_deviation(const struct ls_noise *noise, uint64_t t)
{
    return sqrt(noise->eta / pow(1 + (double)t, noise->gamma));
}

/* ls_normals takes the logarithm of at least half of 2^-32. */
double ls_noise_most(const struct ls_noise *noise, uint64_t t)
{
    return ls_noise_deviation(noise, t) * sqrt(-2 * log(0x1p-33));
}

void ls_noise_add(const struct ls_noise *noise, uint64_t seed, uint64_t t, size_t begin, size_t len,
                  real *g)
{
    const uint64_t stream = ls_stream(LS_DRAW_NOISE, 0, t);
    const double deviation = ls_noise_deviation(noise, t);
    double z[4];
    LS_ASSERT(begin % 4 == 0);
    for (size_t i = 0; i < len; i++) {
        if (i % 4 == 0)
            ls_normals(ls_philox(seed, stream, (begin + i) / 4), z);
        g[i] += LS_R(deviation * z[i % 4]);
    }
}
