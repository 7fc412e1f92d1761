#include "src/layers/bn_sums.h"

#include <string.h>

#include "src/base/vector.h"

/* GROUP lanes are what fills the registers of AVX-512, and measured best with AVX2 too. */
enum { MAX_LANES = 128, LEAST_LANES = 64, GROUP = 64, SOME = 16, FEW = 4 };
enum { CHUNK = 64 }; /* rows of lanes that stay in the first cache while groups go over them */

/* A run of lanes: lane l of row r is the value at r * stride + l. With few channels several rows
 * lie side by side in one row of lanes; with many, lanes are some of the channels. */
struct lanes {
    size_t rows, stride, len;
    const real *x, *dy; /* dy NULL: moments */
    double shift[MAX_LANES], sum[MAX_LANES], product[MAX_LANES];
};

size_t ls_bn_side_by_side(size_t c)
{
    if (c >= LEAST_LANES)
        return 1;
    for (size_t k = (LEAST_LANES + c - 1) / c; k * c <= MAX_LANES; k++)
        if (k * c % SOME == 0)
            return k;
    return (LEAST_LANES + c - 1) / c;
}

/* With d = x - shift: sums of d and d^2, or of dy and dy d, for `width` lanes from `at` on. */
static inline __attribute__((always_inline)) void add_group(struct lanes *v, size_t at,
                                                            size_t width, int with_dy)
{
    double sum[GROUP], product[GROUP], shift[GROUP];
#pragma omp simd
    for (size_t j = 0; j < width; j++) {
        sum[j] = v->sum[at + j];
        product[j] = v->product[at + j];
        shift[j] = v->shift[at + j];
    }
    for (size_t row = 0; row < v->rows; row++) {
        const real *const x = v->x + row * v->stride + at;
        const real *const dy = with_dy ? v->dy + row * v->stride + at : x;
#pragma omp simd
        for (size_t j = 0; j < width; j++) {
            const double d = (double)x[j] - shift[j], weight = with_dy ? (double)dy[j] : d;
            sum[j] += weight;
            product[j] += weight * d;
        }
    }
#pragma omp simd
    for (size_t j = 0; j < width; j++) {
        v->sum[at + j] = sum[j];
        v->product[at + j] = product[j];
    }
}

/* Loops over groups of lanes: widths are constants, so that sums are in registers. */
static LS_VECTOR void add_moments(struct lanes *v)
{
    size_t at = 0;
    for (; at + GROUP <= v->len; at += GROUP)
        add_group(v, at, GROUP, 0);
    for (; at + SOME <= v->len; at += SOME)
        add_group(v, at, SOME, 0);
    for (; at + FEW <= v->len; at += FEW)
        add_group(v, at, FEW, 0);
    for (; at < v->len; at++)
        add_group(v, at, 1, 0);
}

static LS_VECTOR void add_products(struct lanes *v)
{
    size_t at = 0;
    for (; at + GROUP <= v->len; at += GROUP)
        add_group(v, at, GROUP, 1);
    for (; at + SOME <= v->len; at += SOME)
        add_group(v, at, SOME, 1);
    for (; at + FEW <= v->len; at += FEW)
        add_group(v, at, FEW, 1);
    for (; at < v->len; at++)
        add_group(v, at, 1, 1);
}

static void add_rows(struct lanes *v, size_t rows)
{
    for (size_t row = 0; row < rows; row += v->rows) {
        v->rows = rows - row < CHUNK ? rows - row : CHUNK;
        (v->dy ? add_products : add_moments)(v);
        v->x += v->rows * v->stride;
        v->dy = v->dy ? v->dy + v->rows * v->stride : NULL;
    }
}

/* The sums of n channels, whose lanes are k rows of them; `shift` is given for the first n. */
static void sum_channels(struct lanes *v, size_t rows, size_t n, size_t k)
{
    for (size_t lane = n; lane < k * n; lane++)
        v->shift[lane] = v->shift[lane - n];
    memset(v->sum, 0, k * n * sizeof *v->sum);
    memset(v->product, 0, k * n * sizeof *v->product);
    v->len = k * n;
    add_rows(v, rows / k);
    v->len = rows % k * n; /* rows that are left do not fill all lanes */
    add_rows(v, rows % k > 0);
    for (size_t lane = n; lane < k * n; lane++) {
        v->sum[lane % n] += v->sum[lane];
        v->product[lane % n] += v->product[lane];
    }
}

/* Channels that are summed in one go: all, as long as there are lanes for them, else pieces of
 * about one size, in whole groups. */
static size_t piece_len(size_t c)
{
    const size_t pieces = (c + MAX_LANES - 1) / MAX_LANES, len = (c + pieces - 1) / pieces;
    return c <= MAX_LANES ? c : (len + SOME - 1) / SOME * SOME;
}

/* In one pass, around the first row. As that is one of the values, its distance D from the mean
 * is part of M2, which is at least D^2 n / (n - 1); so the difference below loses at most the
 * digits of n, wherever the mean is and however far the first row is from it. */
void ls_bn_moments(size_t rows, size_t c, const real *x, double *mean, double *m2)
{
    const size_t k = ls_bn_side_by_side(c), piece = piece_len(c);
    memset(mean, 0, c * sizeof *mean);
    memset(m2, 0, c * sizeof *m2);
    if (rows == 0)
        return;
    const double share = 1 / (double)rows;
    for (size_t at = 0; at < c; at += piece) {
        const size_t n = c - at < piece ? c - at : piece;
        struct lanes v = {.stride = k * c, .x = x + at};
        for (size_t i = 0; i < n; i++)
            v.shift[i] = (double)x[at + i];
        sum_channels(&v, rows, n, k);
        for (size_t i = 0; i < n; i++) {
            const double rest = v.product[i] - v.sum[i] * v.sum[i] * share;
            mean[at + i] = v.shift[i] + v.sum[i] * share;
            m2[at + i] = rest < 0 ? 0 : rest;
        }
    }
}

void ls_bn_products(size_t rows, size_t c, const real *x, const real *dy, const double *mean,
                    double *sum, double *sum_x)
{
    const size_t k = ls_bn_side_by_side(c), piece = piece_len(c);
    for (size_t at = 0; at < c; at += piece) {
        const size_t n = c - at < piece ? c - at : piece;
        struct lanes v = {.stride = k * c, .x = x + at, .dy = dy + at};
        memcpy(v.shift, mean + at, n * sizeof *mean);
        sum_channels(&v, rows, n, k);
        memcpy(sum + at, v.sum, n * sizeof *sum);
        memcpy(sum_x + at, v.product, n * sizeof *sum_x);
    }
}
