/* What the files of the OpenBLAS engine share: one row-major product, in the precision of `real`,
 * and what is made of it. Seen by src/engine/openblas*.c only. */
#ifndef LOCKSTEP_ENGINE_OPENBLAS_H
#define LOCKSTEP_ENGINE_OPENBLAS_H

#include <cblas.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/base/status.h"
#include "src/engine/engine.h"

/* A matrix as it lies: row-major, `stride` reals from row to row. */
struct ls_matrix {
    real *data;
    size_t stride;
};

struct ls_const_matrix {
    const real *data;
    size_t stride;
    bool transposed;
};

static inline blasint ls_blasint(size_t value)
{
    LS_ASSERT(value <= INT32_MAX);
    return (blasint)value;
}

/* c (m, n) = beta c + a (m, k) b (k, n), a and b as they are after transposing */
static inline void ls_gemm(size_t m, size_t n, size_t k, struct ls_const_matrix a,
                           struct ls_const_matrix b, real beta, struct ls_matrix c)
{
    const CBLAS_TRANSPOSE ta = a.transposed ? CblasTrans : CblasNoTrans;
    const CBLAS_TRANSPOSE tb = b.transposed ? CblasTrans : CblasNoTrans;
    const blasint rows = ls_blasint(m), columns = ls_blasint(n), inner = ls_blasint(k);
    const blasint lda = ls_blasint(a.stride), ldb = ls_blasint(b.stride);
    const blasint ldc = ls_blasint(c.stride);
#ifdef LS_REAL_IS_DOUBLE
    cblas_dgemm(CblasRowMajor, ta, tb, rows, columns, inner, 1, a.data, lda, b.data, ldb, beta,
                c.data, ldc);
#else
    cblas_sgemm(CblasRowMajor, ta, tb, rows, columns, inner, 1, a.data, lda, b.data, ldb, beta,
                c.data, ldc);
#endif
}

/* Each of the rows of y (rows, K) = bias. */
static inline void ls_fill_rows(size_t rows, size_t k, const real *restrict bias, real *restrict y)
{
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < k; i++)
            y[row * k + i] = bias[i];
}

/* Members of ls_engine_ops; see there. */
size_t ls_openblas_scratch_len(const struct ls_product *product, size_t max_n);
void ls_openblas_forward(const struct ls_product *product, size_t n, const real *restrict x,
                         const real *restrict w, const real *restrict bias, real *restrict y,
                         real *restrict scratch);
void ls_openblas_backward_data(const struct ls_product *product, size_t n, const real *restrict dy,
                               const real *restrict w, real *restrict dx, real *restrict scratch);
void ls_openblas_backward_weights(const struct ls_product *product, size_t n,
                                  const real *restrict x, const real *restrict dy,
                                  real *restrict dw, real *restrict db, real *restrict scratch);

#endif
