/* What the tests of engines multiply: products of every kind that layers ask for, with operands at
 * random. */
#ifndef LOCKSTEP_TESTS_ENGINE_OPERANDS_H
#define LOCKSTEP_TESTS_ENGINE_OPERANDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/philox.h"
#include "src/engine/engine.h"

struct operands_case {
    struct ls_conv_sizes sizes;
    size_t n;
};

/* {c, h, w,  k, oh, ow,  kh, kw,  strides, pads, dilations, groups} */
static const struct operands_case operands_cases[] = {
    {{3, 9, 9, 5, 9, 9, 3, 3, 1, 1, 1, 1, 1, 1, 1}, 3},
    {{1, 10, 10, 16, 10, 10, 3, 3, 1, 1, 1, 1, 1, 1, 1}, 2},
    {{32, 14, 14, 16, 14, 14, 3, 3, 1, 1, 1, 1, 1, 1, 1}, 3}, /* im2col: several blocks */
    {{16, 8, 8, 32, 4, 4, 3, 3, 2, 2, 1, 1, 1, 1, 1}, 16},
    {{16, 8, 8, 32, 4, 4, 1, 1, 2, 2, 0, 0, 1, 1, 1}, 3}, /* a shortcut */
    {{8, 6, 6, 4, 6, 6, 1, 1, 1, 1, 0, 0, 1, 1, 1}, 3},
    {{8, 6, 6, 4, 6, 6, 1, 1, 1, 1, 0, 0, 1, 1, 2}, 3},
    {{32, 7, 7, 32, 7, 7, 3, 3, 1, 1, 1, 1, 1, 1, 4}, 2},
    {{6, 7, 7, 6, 7, 7, 3, 3, 1, 1, 1, 1, 1, 1, 6}, 3},   /* depthwise */
    {{6, 7, 7, 12, 7, 7, 3, 3, 1, 1, 1, 1, 1, 1, 6}, 3},  /* two outputs a channel */
    {{4, 9, 9, 6, 9, 9, 3, 3, 1, 1, 2, 2, 2, 2, 2}, 3},   /* dilated */
    {{3, 9, 9, 4, 5, 3, 3, 3, 2, 3, 1, 1, 1, 1, 1}, 3},   /* rows that no window reaches */
    {{2, 2, 2, 3, 10, 10, 5, 5, 1, 1, 6, 6, 1, 1, 1}, 3}, /* windows wholly in the padding */
    {{2, 1, 50, 8, 1, 25, 1, 7, 1, 2, 0, 3, 1, 1, 1}, 4}, /* on (C, L) */
    {{5, 3, 3, 7, 1, 1, 3, 3, 1, 1, 0, 0, 1, 1, 1}, 3},   /* one pixel out of several */
    {{37, 1, 1, 19, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1}, 3}, /* dense */
    {{37, 1, 1, 19, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1}, 17},
    {{64, 1, 1, 128, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1}, 16},
    {{20, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1}, 200},
    {{0}, 0}};

struct operands {
    size_t n, x_len, w_len, y_len;
    real *x, *w, *bias, *dy;
    real *y, *dx, *dw, *db;
};

static inline real *operands_random(struct ls_arena *arena, size_t len, uint64_t stream)
{
    real *const values = ls_arena_get(arena, len, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < len; i++)
        values[i] = LS_R(2 * ls_uniform(ls_philox(3, stream, i).word[0]) - 1);
    return values;
}

static inline struct operands operands_make(const struct ls_conv_sizes *s, size_t n,
                                            struct ls_arena *arena)
{
    struct operands o = {.n = n,
                         .x_len = n * s->h * s->w * s->c,
                         .w_len = s->k * s->kh * s->kw * s->c / s->groups,
                         .y_len = n * s->oh * s->ow * s->k};
    o.x = operands_random(arena, o.x_len, 1);
    o.w = operands_random(arena, o.w_len, 2);
    o.dy = operands_random(arena, o.y_len, 3);
    o.bias = operands_random(arena, s->k, 4);
    o.y = operands_random(arena, o.y_len, 5);
    o.dx = operands_random(arena, o.x_len, 6);
    o.dw = operands_random(arena, o.w_len, 7);
    o.db = operands_random(arena, s->k, 8);
    return o;
}

static inline struct ls_product operands_plan(const struct ls_engine_ops *engine,
                                              const struct ls_conv_sizes *sizes, bool bias,
                                              struct ls_arena *arena)
{
    struct ls_product product = {.sizes = *sizes, .bias = bias};
    if (engine->plan)
        assert_int_equal(engine->plan(&product, arena), LS_OK);
    return product;
}

static inline void operands_prepare(const struct ls_engine_ops *engine,
                                    const struct ls_product *product, const struct operands *o)
{
    if (engine->prepare)
        engine->prepare(product, o->w);
}

/* Forward and both gradients. */
static inline void operands_run(const struct ls_engine_ops *engine,
                                const struct ls_product *product, const struct operands *o,
                                real *scratch)
{
    const bool bias = product->bias;
    engine->forward(product, o->n, o->x, o->w, bias ? o->bias : NULL, o->y, scratch);
    engine->backward_data(product, o->n, o->dy, o->w, o->dx, scratch);
    engine->backward_weights(product, o->n, o->x, o->dy, o->dw, bias ? o->db : NULL, scratch);
}

#endif
