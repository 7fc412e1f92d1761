#include "src/model/model.h"

/* The sizes of a channels-last tensor: (K, C, A) in files, (K, A, C) in memory, A its area. */
struct sizes {
    size_t k, c, area;
};

static struct sizes sizes_of(const struct ls_param *param)
{
    struct sizes s = {param->dims[0], param->dims[1], 1};
    for (int a = 2; a < param->axes; a++)
        s.area *= param->dims[a];
    return s;
}

void ls_param_to_file(const struct ls_param *param, const real *restrict memory,
                      float *restrict file)
{
    if (!param->channels_last) {
        for (size_t i = 0; i < param->len; i++)
            file[i] = (float)memory[i];
        return;
    }
    const struct sizes s = sizes_of(param);
    for (size_t k = 0; k < s.k; k++)
        for (size_t c = 0; c < s.c; c++)
            for (size_t a = 0; a < s.area; a++)
                file[(k * s.c + c) * s.area + a] = (float)memory[(k * s.area + a) * s.c + c];
}

void ls_param_from_file(const struct ls_param *param, const float *restrict file,
                        real *restrict memory)
{
    if (!param->channels_last) {
        for (size_t i = 0; i < param->len; i++)
            memory[i] = LS_R(file[i]);
        return;
    }
    const struct sizes s = sizes_of(param);
    for (size_t k = 0; k < s.k; k++)
        for (size_t c = 0; c < s.c; c++)
            for (size_t a = 0; a < s.area; a++)
                memory[(k * s.area + a) * s.c + c] = LS_R(file[(k * s.c + c) * s.area + a]);
}
