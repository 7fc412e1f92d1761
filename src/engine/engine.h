/* The compute engine: matrix products and convolutions over one shard. A call is one fixed shape
 * on one thread, so that its bits do not depend on ranks or threads; threads run over shards.
 * Members: openblas (sgemm and im2col). All are listed in engines.def. */
#ifndef LOCKSTEP_ENGINE_ENGINE_H
#define LOCKSTEP_ENGINE_ENGINE_H

#include <stddef.h>

#include "src/base/real.h"

/* A convolution's sizes. x (N, H, W, C), y (N, OH, OW, K), w (K, KH, KW, C / groups). */
struct ls_conv_sizes {
    size_t c, h, w;
    size_t k, oh, ow;
    size_t kh, kw;
    size_t stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w;
    size_t groups;
};

struct ls_engine_ops {
    const char *name;

    /* Once per process, before any other call: one thread per call. */
    void (*start)(void);
    /* What could change bits: library, version, kernel; static text. */
    const char *(*describe)(void);

    /* y (N, K) = x (N, F) w^T (K, F) + bias (K) or NULL */
    void (*dense_forward)(size_t n, size_t f, size_t k, const real *restrict x,
                          const real *restrict w, const real *restrict bias, real *restrict y);
    /* dx (N, F) = dy (N, K) w (K, F) */
    void (*dense_backward_data)(size_t n, size_t f, size_t k, const real *restrict dy,
                                const real *restrict w, real *restrict dx);
    /* dw (K, F) = dy^T x, overwritten; zeros when n = 0 */
    void (*dense_backward_weights)(size_t n, size_t f, size_t k, const real *restrict x,
                                   const real *restrict dy, real *restrict dw);

    /* reals of scratch that one call of any conv function needs, for up to max_n samples */
    size_t (*conv_scratch)(const struct ls_conv_sizes *sizes, size_t max_n);
    void (*conv_forward)(const struct ls_conv_sizes *sizes, size_t n, const real *restrict x,
                         const real *restrict w, const real *restrict bias, real *restrict y,
                         real *restrict scratch);
    void (*conv_backward_data)(const struct ls_conv_sizes *sizes, size_t n, const real *restrict dy,
                               const real *restrict w, real *restrict dx, real *restrict scratch);
    /* dw overwritten; zeros when n = 0 */
    void (*conv_backward_weights)(const struct ls_conv_sizes *sizes, size_t n,
                                  const real *restrict x, const real *restrict dy,
                                  real *restrict dw, real *restrict scratch);
};

extern const struct ls_engine_ops ls_engine_openblas;

/** The engine called `name`, NULL when it is not built in; NULL name: the default.
 *  Collective: no. */
const struct ls_engine_ops *ls_engine_find(const char *name);

/** NULL-terminated names of the engines built in, the default first.  Collective: no. */
const char *const *ls_engine_names(void);

/** db (K) = sum over rows of dy (rows, K), in row order; overwritten.  Collective: no. */
void ls_sum_rows(size_t rows, size_t k, const real *restrict dy, real *restrict db);

#endif
