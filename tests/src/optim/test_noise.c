/* Gradient noise: its variance over steps, and draws that depend on step and element alone. */
#include "tests/src/optim/check.h"

#include <math.h>
#include <string.h>

#include "src/optim/noise.h"

enum { LEN = 40000 };

static void its_variance_falls_with_the_steps(void **state)
{
    (void)state;
    static real g[LEN];
    const struct ls_noise noise = {.eta = 0.3, .gamma = 0.55};
    const uint64_t steps[] = {0, 9, 999};
    for (int i = 0; i < 3; i++) {
        double sum = 0, squares = 0, fourth = 0;
        memset(g, 0, sizeof g);
        ls_noise_add(&noise, 1, steps[i], 0, LEN, g);
        for (size_t e = 0; e < LEN; e++) {
            sum += (double)g[e];
            squares += (double)(g[e] * g[e]);
            fourth += (double)(g[e] * g[e] * g[e] * g[e]);
            assert_true(fabs((double)g[e]) <= ls_noise_most(&noise, steps[i]));
        }
        const double variance = 0.3 / pow(1 + (double)steps[i], 0.55);
        assert_true(fabs(squares / LEN / variance - 1) < 0.03);
        assert_true(fabs(sum / LEN) < 4 * sqrt(variance / LEN));
        /* of a normal distribution */
        assert_true(fabs(fourth / LEN / (3 * variance * variance) - 1) < 0.1);
    }
}

static void a_draw_depends_on_seed_step_and_element_alone(void **state)
{
    (void)state;
    real whole[64] = {0}, part[16] = {0}, other[64] = {0};
    const struct ls_noise noise = {.eta = 1};
    ls_noise_add(&noise, 1, 5, 0, 64, whole);
    ls_noise_add(&noise, 1, 5, 32, 16, part);
    assert_memory_equal(whole + 32, part, sizeof part);
    ls_noise_add(&noise, 1, 6, 0, 64, other);
    assert_memory_not_equal(whole, other, sizeof whole);
    memset(other, 0, sizeof other);
    ls_noise_add(&noise, 2, 5, 0, 64, other);
    assert_memory_not_equal(whole, other, sizeof whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_variance_falls_with_the_steps),
        cmocka_unit_test(a_draw_depends_on_seed_step_and_element_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
