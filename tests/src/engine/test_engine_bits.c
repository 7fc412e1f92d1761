/* The bits of a shard are a function of its samples and the weights: not of where they lie, which
 * thread computes, what was computed before, or how many threads there could be. */
#include <omp.h>
#include <stdlib.h>

#include "tests/src/engine/operands.h"

enum { THREADS = 4, ROUNDS = 6 };

static const struct ls_engine_ops *engine;

static void expect_same_bits(const real *have, const real *want, size_t len, const char *what,
                             const struct operands_case *c)
{
    if (memcmp(have, want, len * sizeof *have) != 0)
        fail_msg("%s, case %td: other bits in %s", engine->name, c - operands_cases, what);
}

static void expect_same(const struct operands *have, const struct operands *want,
                        const struct operands_case *c)
{
    expect_same_bits(have->y, want->y, want->y_len, "y", c);
    expect_same_bits(have->dx, want->dx, want->x_len, "dx", c);
    expect_same_bits(have->dw, want->dw, want->w_len, "dw", c);
    expect_same_bits(have->db, want->db, c->sizes.k, "db", c);
}

/* A copy of `len` reals `shift` reals behind an aligned place. */
static real *shifted(struct ls_arena *arena, const real *values, size_t len, size_t shift)
{
    real *const copy = ls_arena_get(arena, len + shift, sizeof *copy);
    assert_non_null(copy);
    memcpy(copy + shift, values, len * sizeof *copy);
    return copy + shift;
}

static struct operands shift_operands(const struct operands *o, size_t k, size_t shift,
                                      struct ls_arena *arena)
{
    struct operands moved = *o;
    moved.x = shifted(arena, o->x, o->x_len, shift);
    moved.bias = shifted(arena, o->bias, k, shift + 2);
    moved.dy = shifted(arena, o->dy, o->y_len, shift + 1);
    moved.y = operands_random(arena, o->y_len + shift, shift) + shift;
    moved.dx = operands_random(arena, o->x_len + shift + 3, shift) + shift + 3;
    moved.dw = operands_random(arena, o->w_len + shift + 1, shift) + shift + 1;
    moved.db = operands_random(arena, k + shift, shift) + shift;
    return moved;
}

static void bits_do_not_depend_on_places(void **state)
{
    (void)state;
    static const size_t shifts[] = {0, 1, 4, 8, 15, 16};
    for (const struct operands_case *c = operands_cases; c->sizes.c > 0; c++) {
        struct ls_arena arena;
        ls_arena_init(&arena);
        const struct operands want = operands_make(&c->sizes, c->n, &arena);
        const struct ls_product product = operands_plan(engine, &c->sizes, true, &arena);
        const size_t len = engine->scratch_len(&product, c->n);
        operands_prepare(engine, &product, &want);
        operands_run(engine, &product, &want, operands_random(&arena, len, 9));
        for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++) {
            const struct operands have = shift_operands(&want, c->sizes.k, shifts[i], &arena);
            operands_run(engine, &product, &have, operands_random(&arena, len, 10 + i));
            expect_same(&have, &want, c);
        }
        ls_arena_release(&arena);
    }
}

/* Threads at once on the same product, in another plan of it that has seen other numbers of
 * samples first, which each thread may be the first to bring up. */
static void bits_do_not_depend_on_threads_and_history(void **state)
{
    (void)state;
    for (const struct operands_case *c = operands_cases; c->sizes.c > 0; c++) {
        struct ls_arena arena;
        ls_arena_init(&arena);
        const struct operands want = operands_make(&c->sizes, c->n, &arena);
        const struct operands one = operands_make(&c->sizes, 1, &arena);
        const struct ls_product alone = operands_plan(engine, &c->sizes, true, &arena);
        const struct ls_product shared = operands_plan(engine, &c->sizes, true, &arena);
        const size_t max_n = c->n + 3, len = engine->scratch_len(&shared, max_n);
        operands_prepare(engine, &alone, &want);
        operands_prepare(engine, &shared, &want);
        operands_run(engine, &alone, &want,
                     operands_random(&arena, engine->scratch_len(&alone, c->n), 9));
        operands_run(engine, &alone, &one, operands_random(&arena, len, 9));
        struct operands have[THREADS], other[THREADS];
        real *scratch[THREADS];
        for (int t = 0; t < THREADS; t++) {
            have[t] = operands_make(&c->sizes, c->n, &arena);
            other[t] = operands_make(&c->sizes, 1, &arena);
            scratch[t] = operands_random(&arena, len, 20 + (uint64_t)t);
        }
#pragma omp parallel for schedule(static, 1) num_threads(THREADS)
        for (int t = 0; t < THREADS; t++)
            for (int round = 0; round < ROUNDS; round++) {
                const bool first = (round + t) % 2 == 0;
                operands_run(engine, &shared, first ? &have[t] : &other[t], scratch[t]);
            }
        for (int t = 0; t < THREADS; t++) {
            expect_same(&have[t], &want, c);
            expect_same(&other[t], &one, c);
        }
        ls_arena_release(&arena);
    }
}

/* In a region of one thread, outside of any, and where the library might take several. */
static void bits_do_not_depend_on_the_threads_there_could_be(void **state)
{
    (void)state;
    const int kept = omp_get_max_threads();
    for (const struct operands_case *c = operands_cases; c->sizes.c > 0; c++) {
        struct ls_arena arena;
        ls_arena_init(&arena);
        struct operands o[3];
        for (int i = 0; i < 3; i++) {
            o[i] = operands_make(&c->sizes, c->n, &arena);
            omp_set_num_threads(i == 0 ? 1 : THREADS);
            const struct ls_product product = operands_plan(engine, &c->sizes, true, &arena);
            real *const scratch = operands_random(&arena, engine->scratch_len(&product, c->n), 9);
            operands_prepare(engine, &product, &o[i]);
            if (i < 2)
                operands_run(engine, &product, &o[i], scratch);
#pragma omp parallel num_threads(1)
            if (i == 2)
                operands_run(engine, &product, &o[i], scratch);
            assert_int_equal(omp_get_max_threads(), i == 0 ? 1 : THREADS);
        }
        omp_set_num_threads(kept);
        expect_same(&o[1], &o[0], c);
        expect_same(&o[2], &o[0], c);
        ls_arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_do_not_depend_on_places),
        cmocka_unit_test(bits_do_not_depend_on_threads_and_history),
        cmocka_unit_test(bits_do_not_depend_on_the_threads_there_could_be),
    };
    int failed = 0;
    for (const char *const *name = ls_engine_names(); *name; name++) {
        engine = ls_engine_find(*name);
        engine->start();
        failed += cmocka_run_group_tests_name(*name, tests, NULL, NULL);
    }
    return failed;
}
