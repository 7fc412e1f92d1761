/* A range test over losses that are known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/optim/range_test.h"

enum { STEPS = 71 };
static double lr[STEPS], loss[STEPS], smooth[STEPS];

static struct ls_range_test begin(void)
{
    return (struct ls_range_test){
        .from = 1e-6, .to = 10, .steps = STEPS, .lr = lr, .loss = loss, .smooth = smooth};
}

static void rates_grow_by_a_factor_from_the_first_to_the_last(void **state)
{
    (void)state;
    const struct ls_range_test test = begin();
    assert_true(ls_range_test_lr(&test, 0) == 1e-6);
    assert_true(fabs(ls_range_test_lr(&test, STEPS - 1) - 10) < 1e-12);
    for (size_t i = 1; i < STEPS; i++)
        assert_true(fabs(ls_range_test_lr(&test, i) / ls_range_test_lr(&test, i - 1) -
                         pow(10, 0.1)) < 1e-12);
}

static void the_steepest_fall_is_found_before_the_least(void **state)
{
    (void)state;
    struct ls_range_test test = begin();
    /* falls around step 30, explodes from step 50 on */
    for (size_t i = 0; i < STEPS; i++) {
        const double s = (double)i;
        const double value = 2 - 1 / (1 + exp(-(s - 30) / 2)) + (i > 50 ? pow(1.5, s - 50) : 0);
        if (!ls_range_test_add(&test, value))
            break;
    }
    assert_true(test.n > 50 && test.n < STEPS);
    const size_t best = ls_range_test_steepest(&test), least = ls_range_test_least(&test);
    assert_true(best >= 30 && best <= 36);
    assert_true(least > best && least <= 52);
}

static void a_loss_that_never_falls_has_no_steepest_step(void **state)
{
    (void)state;
    struct ls_range_test test = begin();
    for (size_t i = 0; i < STEPS; i++)
        assert_true(ls_range_test_add(&test, 1));
    assert_int_equal(ls_range_test_steepest(&test), 0);
}

static void a_loss_that_is_no_number_ends_the_test(void **state)
{
    (void)state;
    struct ls_range_test test = begin();
    assert_true(ls_range_test_add(&test, 1));
    assert_false(ls_range_test_add(&test, NAN));
    assert_int_equal(test.n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_grow_by_a_factor_from_the_first_to_the_last),
        cmocka_unit_test(the_steepest_fall_is_found_before_the_least),
        cmocka_unit_test(a_loss_that_never_falls_has_no_steepest_step),
        cmocka_unit_test(a_loss_that_is_no_number_ends_the_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
