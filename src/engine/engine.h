/* The compute engine: matrix products and convolutions over one shard. A call is one fixed shape
 * on one thread, so that its bits do not depend on ranks or threads; threads run over shards.
 * Members: onednn, where it is built, in float only; openblas (sgemm and im2col). All are listed
 * in engines.def. */
#ifndef LOCKSTEP_ENGINE_ENGINE_H
#define LOCKSTEP_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/arena.h"
#include "src/base/real.h"

/* A convolution's sizes. x (N, H, W, C), y (N, OH, OW, K), w (K, KH, KW, C / groups). */
struct ls_conv_sizes {
    size_t c, h, w;
    size_t k, oh, ow;
    size_t kh, kw;
    size_t stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w;
    size_t groups;
};

/* A dense layer: one pixel, which all of the window covers. */
static inline struct ls_conv_sizes ls_dense_sizes(size_t f, size_t k)
{
    return (struct ls_conv_sizes){f, 1, 1, k, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1};
}

static inline bool ls_sizes_are_dense(const struct ls_conv_sizes *s)
{
    return s->h == 1 && s->w == 1 && s->oh == 1 && s->ow == 1 && s->kh == 1 && s->kw == 1 &&
           s->groups == 1;
}

/* One layer's products: y = x * w + bias and its gradients, over shards of any size. */
struct ls_product {
    struct ls_conv_sizes sizes;
    bool bias;
    void *own; /* the engine's, made by its plan */
};

struct ls_engine_ops {
    const char *name;

    /* Before products run, and again at will: one thread per call. */
    void (*start)(void);
    /* What could change bits: library, version, kernel; static text. */
    const char *(*describe)(void);

    /* Fills own, whose memory is the arena's. Errors: memory. NULL: nothing to plan. */
    ls_status (*plan)(struct ls_product *product, struct ls_arena *arena);
    /* Reals of scratch, aligned to 64 bytes, that one call of any of the following needs, for up
     * to max_n samples. */
    size_t (*scratch_len)(const struct ls_product *product, size_t max_n);
    /* Shards of n samples will come: what takes time to make for them is made now. Others may come
     * as well, up to max_n.
     * training  the gradients will be asked for
     * NULL: nothing to make. */
    void (*expect)(const struct ls_product *product, size_t n, bool training);
    /* Takes weights that are new or have changed: before the calls below, on one thread. NULL: they
     * are used as they lie. */
    void (*prepare)(const struct ls_product *product, const real *w);

    /* bias and db are NULL in a product without a bias. No samples: gradients are zero. */
    void (*forward)(const struct ls_product *product, size_t n, const real *restrict x,
                    const real *restrict w, const real *restrict bias, real *restrict y,
                    real *restrict scratch);
    void (*backward_data)(const struct ls_product *product, size_t n, const real *restrict dy,
                          const real *restrict w, real *restrict dx, real *restrict scratch);
    void (*backward_weights)(const struct ls_product *product, size_t n, const real *restrict x,
                             const real *restrict dy, real *restrict dw, real *restrict db,
                             real *restrict scratch);
};

#define LS_ENGINE(name) extern const struct ls_engine_ops ls_engine_##name;
#include "src/engine/engines.def"
#undef LS_ENGINE

/** The engine called `name`, NULL when it is not built in; NULL name: the default.
 *  Collective: no. */
const struct ls_engine_ops *ls_engine_find(const char *name);

/** NULL-terminated names of the engines built in, the default first.  Collective: no. */
const char *const *ls_engine_names(void);

/** db (K) = sum over rows of dy (rows, K), in row order; overwritten.  Collective: no. */
void ls_sum_rows(size_t rows, size_t k, const real *restrict dy, real *restrict db);

#endif
