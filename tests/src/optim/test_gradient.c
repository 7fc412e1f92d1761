/* What becomes of the sum over the batch before the optimiser takes it. */
#include <string.h>

#include "src/optim/gradient.h"
#include "tests/src/close.h"

enum { LEN = 1003, CUT = 517 };

static real sum[LEN], w[LEN], whole[LEN];

static void fill(void)
{
    for (size_t i = 0; i < LEN; i++) {
        sum[i] = LS_R(0.013) * (real)((i * 53) % 89) - LS_R(0.6);
        w[i] = LS_R(0.01) * ((real)((i * 37) % 101) - 50); /* some are 0 */
    }
}

/* The formulas one after another, each over all elements. */
static void take(const struct ls_gradient *recipe, real *g)
{
    for (size_t i = 0; i < LEN; i++)
        g[i] = sum[i] / recipe->divisor;
    ls_penalty_add(&recipe->penalty, LEN, w, g);
    ls_clip_scale(g, LEN, recipe->factor);
    ls_clip_value(g, LEN, recipe->limit);
}

static void assert_any_run_is_that_of_the_whole(struct ls_gradient recipe)
{
    fill();
    recipe.sum = sum;
    take(&recipe, whole);
    real g[LEN];
    for (size_t cut = 0; cut <= LEN; cut += CUT) {
        ls_gradient_get(&recipe, 0, cut, w, g);
        ls_gradient_get(&recipe, cut, LEN - cut, w, g + cut);
        assert_memory_equal(g, whole, sizeof whole);
    }
}

static void any_run_has_the_bits_of_separate_passes_over_the_whole(void **state)
{
    (void)state;
    const struct ls_penalty none = {0}, both = {.l1 = 0.01, .l2 = 0.003};
    const real divisor = LS_R(17.3);
    assert_any_run_is_that_of_the_whole(
        (struct ls_gradient){.divisor = divisor, .penalty = none, .factor = 1});
    assert_any_run_is_that_of_the_whole(
        (struct ls_gradient){.divisor = divisor, .penalty = both, .factor = 1});
    assert_any_run_is_that_of_the_whole(
        (struct ls_gradient){.divisor = divisor, .penalty = both, .factor = LS_R(0.37)});
    assert_any_run_is_that_of_the_whole(
        (struct ls_gradient){.divisor = divisor, .penalty = both, .factor = 1, .limit = 0.01});
}

/* Powers of two are multiplied by their inverse. */
static void it_is_the_quotient_to_the_bit_for_any_divisor(void **state)
{
    (void)state;
    const real largest = LS_R(DBL_MAX), least = LS_R(DBL_MIN);
    const real divisors[] = {128, 1, 0.25, 3, 96, largest, least, 4 * least, least / 8, 0x1p1023};
    const real sums[] = {
        1, -7, LS_R(1e-3), 0, -0.0, least, 3 * least / 64, largest, (real)INFINITY};
    enum { SUMS = sizeof sums / sizeof *sums };
    for (size_t d = 0; d < sizeof divisors / sizeof *divisors; d++) {
        const struct ls_gradient recipe = {.sum = sums, .divisor = divisors[d], .factor = 1};
        real g[SUMS], expected[SUMS];
        for (size_t i = 0; i < SUMS; i++)
            expected[i] = sums[i] / divisors[d];
        ls_gradient_get(&recipe, 0, SUMS, sums, g);
        assert_memory_equal(g, expected, sizeof expected);
    }
}

static void it_is_divided_then_penalised_then_clipped(void **state)
{
    (void)state;
    const real sums[] = {8, -8, 4}, weights[] = {2, 0, -4};
    struct ls_gradient recipe = {
        .sum = sums, .divisor = 4, .penalty = {0.5, 0.25}, .factor = LS_R(0.5)};
    real g[3];
    ls_gradient_get(&recipe, 0, 3, weights, g);
    const real scaled[] = {1.5, -1, -0.25};
    assert_memory_equal(g, scaled, sizeof scaled);
    recipe.factor = 1;
    recipe.limit = 1;
    ls_gradient_get(&recipe, 0, 3, weights, g);
    const real limited[] = {1, -1, -0.5};
    assert_memory_equal(g, limited, sizeof limited);
}

static void the_sum_is_only_read(void **state)
{
    (void)state;
    fill();
    real kept[LEN], g[LEN];
    memcpy(kept, sum, sizeof kept);
    const struct ls_gradient recipe = {
        .sum = sum, .divisor = 3, .penalty = {1, 1}, .factor = LS_R(0.5)};
    ls_gradient_get(&recipe, 0, LEN, w, g);
    assert_memory_equal(kept, sum, sizeof kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_run_has_the_bits_of_separate_passes_over_the_whole),
        cmocka_unit_test(it_is_the_quotient_to_the_bit_for_any_divisor),
        cmocka_unit_test(it_is_divided_then_penalised_then_clipped),
        cmocka_unit_test(the_sum_is_only_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
