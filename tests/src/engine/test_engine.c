#include "tests/src/engine/operands.h"

static const struct ls_engine_ops *engine;

static void expect_near(const real *have, const double *want, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!(fabs((double)have[i] - want[i]) <= 2e-5 * fmax(1, fabs(want[i]))))
            fail_msg("%s: element %zu is %.9g, not %.9g", engine->name, i, (double)have[i],
                     want[i]);
}

/* A product and its gradients straight from the definition, in double. */
struct reference {
    double *y, *dx, *dw, *db;
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
    for (size_t k = 0; k < s->k; k++)
        out.db[k] += (double)dy[pixel * s->k + k];
}

/* n samples in scratch that is planned for up to max_n, with and without a bias */
static void check(const struct ls_conv_sizes *s, size_t n, size_t max_n, bool bias)
{
    struct ls_arena arena;
    ls_arena_init(&arena);
    const struct operands o = operands_make(s, n, &arena);
    const struct ls_product product = operands_plan(engine, s, bias, &arena);
    const struct reference want = {ls_arena_get(&arena, o.y_len, sizeof(double)),
                                   ls_arena_get(&arena, o.x_len, sizeof(double)),
                                   ls_arena_get(&arena, o.w_len, sizeof(double)),
                                   ls_arena_get(&arena, s->k, sizeof(double))};
    for (size_t pixel = 0; pixel < n * s->oh * s->ow; pixel++)
        visit_pixel(s, o.x, o.w, o.dy, pixel, want);
    for (size_t i = 0; bias && i < o.y_len; i++)
        want.y[i] += (double)o.bias[i % s->k];

    const size_t len = engine->scratch_len(&product, max_n);
    real *const scratch = operands_random(&arena, len + 1, 9);
    const real canary = scratch[len];
    if (engine->expect && n == max_n)
        engine->expect(&product, n, true);
    operands_prepare(engine, &product, &o);
    operands_run(engine, &product, &o, scratch);
    expect_near(o.y, want.y, o.y_len);
    expect_near(o.dx, want.dx, o.x_len);
    expect_near(o.dw, want.dw, o.w_len);
    if (bias)
        expect_near(o.db, want.db, s->k);
    assert_true(scratch[len] == canary);
    ls_arena_release(&arena);
}

static void products_equal_the_direct_sums(void **state)
{
    (void)state;
    for (const struct operands_case *c = operands_cases; c->sizes.c > 0; c++) {
        check(&c->sizes, c->n, c->n, true);
        check(&c->sizes, c->n, c->n, false);
        check(&c->sizes, c->n, c->n + 2, true);
        check(&c->sizes, 1, c->n, true);
    }
}

static void products_of_no_samples_have_zero_gradients(void **state)
{
    (void)state;
    for (const struct operands_case *c = operands_cases; c->sizes.c > 0; c++) {
        struct ls_arena arena;
        ls_arena_init(&arena);
        const struct operands o = operands_make(&c->sizes, 0, &arena);
        const struct ls_product product = operands_plan(engine, &c->sizes, true, &arena);
        real scratch = 7;
        assert_int_equal(engine->scratch_len(&product, 0), 0);
        operands_prepare(engine, &product, &o);
        operands_run(engine, &product, &o, &scratch);
        for (size_t i = 0; i < o.w_len; i++)
            assert_true(o.dw[i] == 0);
        for (size_t i = 0; i < c->sizes.k; i++)
            assert_true(o.db[i] == 0);
        assert_true(scratch == 7);
        ls_arena_release(&arena);
    }
}

/* Weights change between steps; samples of other numbers come up late. */
static void prepare_takes_changed_weights(void **state)
{
    (void)state;
    for (const struct operands_case *c = operands_cases; c->sizes.c > 0; c++) {
        struct ls_arena arena;
        ls_arena_init(&arena);
        const struct operands o = operands_make(&c->sizes, c->n, &arena);
        const struct operands late = operands_make(&c->sizes, 1, &arena);
        const struct ls_product product = operands_plan(engine, &c->sizes, true, &arena);
        const size_t len = engine->scratch_len(&product, c->n);
        real *const scratch = operands_random(&arena, len, 9);
        operands_prepare(engine, &product, &o);
        operands_run(engine, &product, &o, scratch);
        memset(o.w, 0, o.w_len * sizeof *o.w);
        memset(late.w, 0, late.w_len * sizeof *late.w);
        operands_prepare(engine, &product, &o);
        operands_run(engine, &product, &o, scratch);
        operands_run(engine, &product, &late, scratch);
        for (size_t i = 0; i < o.y_len; i++)
            assert_true(o.y[i] == o.bias[i % c->sizes.k]);
        for (size_t i = 0; i < o.x_len; i++)
            assert_true(o.dx[i] == 0);
        for (size_t i = 0; i < late.y_len; i++)
            assert_true(late.y[i] == late.bias[i % c->sizes.k]);
        ls_arena_release(&arena);
    }
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

/* "oneDNN 2.6.3 avx512_core, OpenBLAS 0.3.21 Haswell" */
static void engines_name_their_versions_and_kernels(void **state)
{
    (void)state;
    char version[32] = "", kernel[32] = "";
    const char *const blas = strstr(engine->describe(), "OpenBLAS");
    assert_non_null(blas);
    assert_int_equal(sscanf(blas, "OpenBLAS %31s %31s", version, kernel), 2);
    assert_true(version[0] >= '0' && version[0] <= '9');
    if (strcmp(engine->name, "onednn") != 0)
        return;
    assert_int_equal(sscanf(engine->describe(), "oneDNN %31s %31[a-z0-9_]", version, kernel), 2);
    assert_true(version[0] >= '0' && version[0] <= '9');
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(sums_of_rows_keep_their_digits),
        cmocka_unit_test(engines_are_found_by_name),
    };
    const struct CMUnitTest each[] = {
        cmocka_unit_test(products_equal_the_direct_sums),
        cmocka_unit_test(products_of_no_samples_have_zero_gradients),
        cmocka_unit_test(prepare_takes_changed_weights),
        cmocka_unit_test(engines_name_their_versions_and_kernels),
    };
    int failed = cmocka_run_group_tests(all, NULL, NULL);
    for (const char *const *name = ls_engine_names(); *name; name++) {
        engine = ls_engine_find(*name);
        engine->start();
        failed += cmocka_run_group_tests_name(*name, each, NULL, NULL);
    }
    return failed;
}
