#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/base/philox.h"
#include "src/engine/engine.h"

enum { N = 3 };

static const struct ls_engine_ops *engine;

static int start(void **state)
{
    (void)state;
    engine = ls_engine_find("openblas");
    if (!engine)
        return 1;
    engine->start();
    return 0;
}

static real *random_reals(struct ls_arena *arena, size_t len, uint64_t stream)
{
    real *values = ls_arena_get(arena, len, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < len; i++)
        values[i] = LS_R(2 * ls_uniform(ls_philox(3, stream, i).word[0]) - 1);
    return values;
}

static void expect_near(const real *have, const double *want, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!(fabs((double)have[i] - want[i]) <= 2e-5 * fmax(1, fabs(want[i]))))
            fail_msg("element %zu is %.9g, not %.9g", i, (double)have[i], want[i]);
}

/* The three products of a convolution straight from its definition, in double. */
struct reference {
    double *y, *dx, *dw;
};

static void visit_pixel(const struct ls_conv_sizes *s, const real *x, const real *w, const real *dy,
                        size_t pixel, struct reference out)
{
    const size_t c = s->c / s->groups, sample = pixel / (s->oh * s->ow);
    const size_t oy = pixel / s->ow % s->oh, ox = pixel % s->ow;
    for (size_t tap = 0; tap < s->k * s->kh * s->kw * c; tap++) {
        const size_t k = tap / (s->kh * s->kw * c), i = tap / (s->kw * c) % s->kh;
        const size_t j = tap / c % s->kw, channel = k / (s->k / s->groups) * c + tap % c;
        const size_t iy = oy * s->stride_h + i * s->dilation_h - s->pad_h;
        const size_t ix = ox * s->stride_w + j * s->dilation_w - s->pad_w;
        if (iy >= s->h || ix >= s->w)
            continue;
        const size_t from = ((sample * s->h + iy) * s->w + ix) * s->c + channel;
        out.y[pixel * s->k + k] += (double)x[from] * (double)w[tap];
        out.dx[from] += (double)dy[pixel * s->k + k] * (double)w[tap];
        out.dw[tap] += (double)dy[pixel * s->k + k] * (double)x[from];
    }
}

static void check_conv(const struct ls_conv_sizes *s)
{
    struct ls_arena arena;
    ls_arena_init(&arena);
    const size_t pixels = N * s->oh * s->ow, x_len = N * s->h * s->w * s->c;
    const size_t w_len = s->k * s->kh * s->kw * s->c / s->groups;
    const real *x = random_reals(&arena, x_len, 1), *w = random_reals(&arena, w_len, 2);
    const real *dy = random_reals(&arena, pixels * s->k, 3), *bias = random_reals(&arena, s->k, 4);
    real *y = random_reals(&arena, pixels * s->k, 5), *dx = random_reals(&arena, x_len, 6);
    real *dw = random_reals(&arena, w_len, 7);
    const struct reference want = {ls_arena_get(&arena, pixels * s->k, sizeof(double)),
                                   ls_arena_get(&arena, x_len, sizeof(double)),
                                   ls_arena_get(&arena, w_len, sizeof(double))};
    for (size_t pixel = 0; pixel < pixels; pixel++)
        visit_pixel(s, x, w, dy, pixel, want);
    for (size_t i = 0; i < pixels * s->k; i++)
        want.y[i] += (double)bias[i % s->k];

    const size_t len = engine->conv_scratch(s, N);
    real *scratch = random_reals(&arena, len + 1, 8);
    const real canary = scratch[len];
    engine->conv_forward(s, N, x, w, bias, y, scratch);
    engine->conv_backward_data(s, N, dy, w, dx, scratch);
    engine->conv_backward_weights(s, N, x, dy, dw, scratch);
    expect_near(y, want.y, pixels * s->k);
    expect_near(dx, want.dx, x_len);
    expect_near(dw, want.dw, w_len);
    assert_true(scratch[len] == canary);
    ls_arena_release(&arena);
}

static struct ls_conv_sizes square(size_t c, size_t h, size_t k, size_t kernel, size_t pad)
{
    const size_t out = h + 2 * pad - kernel + 1;
    return (struct ls_conv_sizes){.c = c,
                                  .h = h,
                                  .w = h,
                                  .k = k,
                                  .oh = out,
                                  .ow = out,
                                  .kh = kernel,
                                  .kw = kernel,
                                  .stride_h = 1,
                                  .stride_w = 1,
                                  .pad_h = pad,
                                  .pad_w = pad,
                                  .dilation_h = 1,
                                  .dilation_w = 1,
                                  .groups = 1};
}

static void convolutions_equal_the_direct_sums(void **state)
{
    (void)state;
    struct ls_conv_sizes s = square(3, 9, 5, 3, 1);
    check_conv(&s);
    s = square(32, 14, 16, 3, 1); /* several blocks, the last one shorter */
    check_conv(&s);
    s = square(8, 6, 4, 1, 0);
    check_conv(&s);
    s.groups = 2;
    check_conv(&s);
    s = square(6, 7, 6, 3, 1);
    s.groups = 6;
    check_conv(&s);
    s = square(4, 9, 6, 3, 2);
    s.groups = 2;
    s.dilation_h = s.dilation_w = 2;
    check_conv(&s);
    s = square(3, 9, 4, 3, 1);
    s.stride_h = 2, s.stride_w = 3, s.oh = 5, s.ow = 3;
    check_conv(&s);
    s = square(2, 2, 3, 5, 6); /* windows wholly in the padding */
    check_conv(&s);
}

static void a_convolution_of_no_samples_has_zero_gradients(void **state)
{
    (void)state;
    struct ls_arena arena;
    ls_arena_init(&arena);
    const real none = 0;
    real nothing = 7, scratch = 7;
    for (size_t kernel = 1; kernel <= 3; kernel += 2) {
        const struct ls_conv_sizes s = square(3, 9, 5, kernel, 0);
        const size_t len = 5 * kernel * kernel * 3;
        real *dw = random_reals(&arena, len, 1);
        assert_int_equal(engine->conv_scratch(&s, 0), 0);
        engine->conv_forward(&s, 0, &none, dw, &none, &nothing, &scratch);
        engine->conv_backward_data(&s, 0, &none, dw, &nothing, &scratch);
        engine->conv_backward_weights(&s, 0, &none, &none, dw, &scratch);
        for (size_t i = 0; i < len; i++)
            assert_true(dw[i] == 0);
    }
    assert_true(nothing == 7 && scratch == 7);
    ls_arena_release(&arena);
}

static void dense_products_equal_the_direct_sums(void **state)
{
    (void)state;
    enum { F = 37, K = 19 };
    struct ls_arena arena;
    ls_arena_init(&arena);
    const real *x = random_reals(&arena, N * F, 1), *w = random_reals(&arena, K * F, 2);
    const real *dy = random_reals(&arena, N * K, 3), *bias = random_reals(&arena, K, 4);
    real y[N * K], dx[N * F], dw[K * F];
    double want_y[N * K], want_dx[N * F] = {0}, want_dw[K * F] = {0};
    for (size_t i = 0; i < N * K; i++) {
        const size_t n = i / K, k = i % K;
        want_y[i] = (double)bias[k];
        for (size_t f = 0; f < F; f++) {
            want_y[i] += (double)x[n * F + f] * (double)w[k * F + f];
            want_dx[n * F + f] += (double)dy[i] * (double)w[k * F + f];
            want_dw[k * F + f] += (double)dy[i] * (double)x[n * F + f];
        }
    }
    engine->dense_forward(N, F, K, x, w, bias, y);
    engine->dense_backward_data(N, F, K, dy, w, dx);
    engine->dense_backward_weights(N, F, K, x, dy, dw);
    expect_near(y, want_y, N * K);
    expect_near(dx, want_dx, N * F);
    expect_near(dw, want_dw, K * F);
    engine->dense_backward_weights(0, F, K, x, dy, dw);
    for (size_t i = 0; i < K * F; i++)
        assert_true(dw[i] == 0);
    ls_arena_release(&arena);
}

static void sums_of_rows_keep_their_digits(void **state)
{
    (void)state;
    enum { ROWS = 4096, K = 70 };
    static real dy[ROWS * K];
    real db[K];
    for (size_t i = 0; i < (size_t)ROWS * K; i++)
        dy[i] = i / K == 0 ? LS_R(16777216) : 1; /* 2^24 + 1 is no float */
    ls_sum_rows(ROWS, K, dy, db);
    for (size_t i = 0; i < K; i++)
        assert_true(db[i] == LS_R(16777216 + ROWS - 1));
    ls_sum_rows(0, K, dy, db);
    for (size_t i = 0; i < K; i++)
        assert_true(db[i] == 0);
}

static void engines_are_found_by_name(void **state)
{
    (void)state;
    const char *const *names = ls_engine_names();
    for (size_t i = 0; names[i]; i++)
        assert_string_equal(ls_engine_find(names[i])->name, names[i]);
    assert_string_equal(ls_engine_find(NULL)->name, names[0]);
    assert_null(ls_engine_find("abacus"));
}

static void openblas_names_its_version_and_kernel(void **state)
{
    (void)state;
    char version[32] = "", kernel[32] = "";
    assert_int_equal(sscanf(engine->describe(), "OpenBLAS %31s %31s", version, kernel), 2);
    assert_true(version[0] >= '0' && version[0] <= '9');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolutions_equal_the_direct_sums),
        cmocka_unit_test(a_convolution_of_no_samples_has_zero_gradients),
        cmocka_unit_test(dense_products_equal_the_direct_sums),
        cmocka_unit_test(sums_of_rows_keep_their_digits),
        cmocka_unit_test(engines_are_found_by_name),
        cmocka_unit_test(openblas_names_its_version_and_kernel),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
