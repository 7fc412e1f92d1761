#include "src/optim/clip.h"

#include "src/base/vector.h"

enum { LANES = 8 };

const struct ls_option ls_clip_options[] = {
    {"norm", LS_REAL, offsetof(struct ls_clip, norm), "0", 0, 1e30, NULL,
     "largest L2 norm of the gradient [no limit]"},
    {"value", LS_REAL, offsetof(struct ls_clip, value), "0", 0, 1e30, NULL,
     "largest size of a gradient's element [no limit]"},
    {"adaptive", LS_REAL, offsetof(struct ls_clip, adaptive), "0", 0, 1e30, NULL,
     "largest norm of a tensor's gradient, to that of the tensor [no limit]"},
    {0}};

ls_status ls_clip_parse(struct ls_clip *clip, const struct ls_node *node, struct ls_arena *arena)
{
    LS_TRY(ls_options_parse(ls_clip_options, node, "clip", NULL, arena, clip));
    if ((clip->norm > 0) + (clip->value > 0) + (clip->adaptive > 0) > 1)
        return ls_node_fail(node, "clip: give one of norm, value and adaptive");
    return LS_OK;
}

/* Element i goes to lane i % LANES; the lanes are then added as a balanced tree. */
LS_VECTOR static double sum_squares(const real *restrict g, size_t len)
{
    double lane[LANES] = {0};
    const size_t whole = len / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lane[l] += (double)g[i + l] * (double)g[i + l];
    for (size_t i = whole; i < len; i++)
        lane[i - whole] += (double)g[i] * (double)g[i];
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
           ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

size_t ls_norm_blocks(size_t len)
{
    return len / LS_NORM_BLOCK + (len % LS_NORM_BLOCK != 0);
}

double ls_norm_block(const real *g, size_t len, size_t block)
{
    const size_t first = block * LS_NORM_BLOCK, left = len - first;
    return sum_squares(g + first, left < LS_NORM_BLOCK ? left : LS_NORM_BLOCK);
}

double ls_norm_total(const double *partial, size_t n_blocks)
{
    double sum = 0;
    for (size_t b = 0; b < n_blocks; b++)
        sum += partial[b];
    return sqrt(sum);
}

double ls_norm(const real *g, size_t len)
{
    double sum = 0;
    const size_t n_blocks = ls_norm_blocks(len);
    for (size_t b = 0; b < n_blocks; b++)
        sum += ls_norm_block(g, len, b);
    return sqrt(sum);
}

real ls_clip_factor(double norm, double max_norm)
{
    const double factor = max_norm / (norm + 1e-6);
    return max_norm > 0 && factor < 1 ? (real)factor : 1;
}

LS_VECTOR void ls_clip_scale(real *g, size_t len, real factor)
{
    if (factor >= 1)
        return;
    for (size_t i = 0; i < len; i++)
        g[i] *= factor;
}

LS_VECTOR void ls_clip_value(real *g, size_t len, double limit)
{
    if (!(limit > 0))
        return;
    const real top = (real)limit;
    for (size_t i = 0; i < len; i++) {
        const real lower = g[i] > top ? top : g[i];
        g[i] = lower < -top ? -top : lower;
    }
}
