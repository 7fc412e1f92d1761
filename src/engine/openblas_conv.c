/* Convolutions by im2col, a block of output rows at a time so that the patches stay in the
 * second-level cache. The block's size depends on the convolution's sizes only, never on the
 * samples; only the last block of a shard is shorter. Where x itself is the matrix of patches, as
 * in a dense layer, one block is the whole shard. */
#include <string.h>

#include "src/engine/im2col.h"
#include "src/engine/openblas.h"

/* reals in a block of patches: 512 KiB in float */
enum { BLOCK_LEN = 128 * 1024 };

/* A 1x1 convolution without stride and padding. */
static bool is_direct(const struct ls_conv_sizes *s)
{
    return s->kh == 1 && s->kw == 1 && s->stride_h == 1 && s->stride_w == 1 && s->pad_h == 0 &&
           s->pad_w == 0;
}

static size_t block_rows(const struct ls_conv_sizes *s)
{
    if (is_direct(s))
        return SIZE_MAX / 2;
    const size_t rows = BLOCK_LEN / (s->ow * ls_patch_len(s));
    return rows > 0 ? rows : 1;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t ls_openblas_scratch_len(const struct ls_product *product, size_t max_n)
{
    const struct ls_conv_sizes *const sizes = &product->sizes;
    if (is_direct(sizes))
        return 0;
    return smaller(block_rows(sizes), max_n * sizes->oh) * sizes->ow * ls_patch_len(sizes);
}

void ls_openblas_forward(const struct ls_product *product, size_t n, const real *restrict x,
                         const real *restrict w, const real *restrict bias, real *restrict y,
                         real *restrict scratch)
{
    const struct ls_conv_sizes *const sizes = &product->sizes;
    const size_t patch = ls_patch_len(sizes), group = patch / sizes->groups;
    const size_t k = sizes->k, group_k = k / sizes->groups;
    const size_t rows = n * sizes->oh, step = block_rows(sizes);
    for (size_t begin = 0; begin < rows; begin += step) {
        const size_t end = smaller(begin + step, rows), pixels = (end - begin) * sizes->ow;
        const real *col = x + begin * sizes->ow * sizes->c;
        if (!is_direct(sizes)) {
            ls_im2col(sizes, begin, end, x, scratch);
            col = scratch;
        }
        real *out = y + begin * sizes->ow * k;
        if (bias)
            ls_fill_rows(pixels, k, bias, out);
        for (size_t g = 0; g < sizes->groups; g++)
            ls_gemm(pixels, group_k, group, (struct ls_const_matrix){col + g * group, patch, false},
                    (struct ls_const_matrix){w + g * group_k * group, group, true}, bias ? 1 : 0,
                    (struct ls_matrix){out + g * group_k, k});
    }
}

void ls_openblas_backward_data(const struct ls_product *product, size_t n, const real *restrict dy,
                               const real *restrict w, real *restrict dx, real *restrict scratch)
{
    const struct ls_conv_sizes *const sizes = &product->sizes;
    const size_t patch = ls_patch_len(sizes), group = patch / sizes->groups;
    const size_t k = sizes->k, group_k = k / sizes->groups;
    const size_t rows = n * sizes->oh, step = block_rows(sizes);
    if (!is_direct(sizes))
        memset(dx, 0, n * sizes->h * sizes->w * sizes->c * sizeof *dx);
    for (size_t begin = 0; begin < rows; begin += step) {
        const size_t end = smaller(begin + step, rows), pixels = (end - begin) * sizes->ow;
        real *dcol = is_direct(sizes) ? dx + begin * sizes->ow * sizes->c : scratch;
        const real *out = dy + begin * sizes->ow * k;
        for (size_t g = 0; g < sizes->groups; g++)
            ls_gemm(pixels, group, group_k, (struct ls_const_matrix){out + g * group_k, k, false},
                    (struct ls_const_matrix){w + g * group_k * group, group, false}, 0,
                    (struct ls_matrix){dcol + g * group, patch});
        if (!is_direct(sizes))
            ls_col2im(sizes, begin, end, dcol, dx);
    }
}

void ls_openblas_backward_weights(const struct ls_product *product, size_t n,
                                  const real *restrict x, const real *restrict dy,
                                  real *restrict dw, real *restrict db, real *restrict scratch)
{
    const struct ls_conv_sizes *const sizes = &product->sizes;
    const size_t patch = ls_patch_len(sizes), group = patch / sizes->groups;
    const size_t k = sizes->k, group_k = k / sizes->groups;
    const size_t rows = n * sizes->oh, step = block_rows(sizes);
    if (rows == 0)
        memset(dw, 0, k * group * sizeof *dw);
    if (db)
        ls_sum_rows(rows * sizes->ow, k, dy, db);
    for (size_t begin = 0; begin < rows; begin += step) {
        const size_t end = smaller(begin + step, rows), pixels = (end - begin) * sizes->ow;
        const real *col = x + begin * sizes->ow * sizes->c;
        if (!is_direct(sizes)) {
            ls_im2col(sizes, begin, end, x, scratch);
            col = scratch;
        }
        const real *out = dy + begin * sizes->ow * k;
        for (size_t g = 0; g < sizes->groups; g++)
            ls_gemm(group_k, group, pixels, (struct ls_const_matrix){out + g * group_k, k, true},
                    (struct ls_const_matrix){col + g * group, patch, false}, begin > 0 ? 1 : 0,
                    (struct ls_matrix){dw + g * group_k * group, group});
    }
}
