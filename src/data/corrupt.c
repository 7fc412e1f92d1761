#include "src/base/philox.h"
#include "src/data/transform.h"

bool ls_corrupts(const struct ls_transform *t)
{
    return t->corruption.normal > 0 || t->corruption.mask > 0;
}

void ls_corrupt(const struct ls_transform *t, uint64_t occasion, uint64_t sample, real *restrict x)
{
    const size_t len = ls_shape_len(t->shape);
    const uint64_t stream = ls_stream(LS_DRAW_CORRUPT, 0, occasion);
    const uint64_t first = sample * ((len + 3) / 4);
    double z[4];
    for (size_t i = 0; i < len; i += 4) {
        const struct ls_draw draw = ls_philox(t->seed, stream, first + i / 4);
        if (t->corruption.normal > 0)
            ls_normals(draw, z);
        for (size_t k = 0; k < 4 && i + k < len; k++)
            if (t->corruption.normal > 0)
                x[i + k] += LS_R(t->corruption.normal * z[k]);
            else if ((double)ls_uniform(draw.word[k]) < t->corruption.mask)
                x[i + k] = 0;
    }
}

void ls_transform_to_file(struct ls_shape shape, const real *restrict x, real *restrict to)
{
    const size_t area = shape.h * shape.w;
    for (size_t c = 0; c < shape.c; c++)
        for (size_t p = 0; p < area; p++)
            to[c * area + p] = x[p * shape.c + c];
}
