/* mse against torch (float64), finite differences and saturation. */
#include "tests/src/losses/check.h"

static void mse_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.16666666666666666,  0.5833333333333333,  0.0,
                                  -0.16666666666666666, -0.8333333333333333, 0.16666666666666666};
    const struct ls_loss loss = planned(entry(NULL, "mse"));
    assert_torch(&loss, 1.6770833333333333, gradient);
}

static void mse_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_loss loss = planned(entry(NULL, "mse"));
    assert_slope(&loss, 1);
    assert_slope(&loss, 4);
}

static void mse_is_finite_at_saturation(void **state)
{
    (void)state;
    const struct ls_loss loss = planned(entry(NULL, "mse"));
    assert_finite_at_saturation(&loss);
}

static void no_samples_have_no_value_and_no_weight(void **state)
{
    (void)state;
    const struct ls_loss loss = planned(entry(NULL, "mse"));
    const struct ls_loss_sum sum = ls_loss_run(&loss, 0, NULL, (struct ls_targets){0}, NULL);
    assert_true(sum.value == 0 && sum.weight == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mse_is_torch),
        cmocka_unit_test(mse_matches_finite_differences),
        cmocka_unit_test(mse_is_finite_at_saturation),
        cmocka_unit_test(no_samples_have_no_value_and_no_weight),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
