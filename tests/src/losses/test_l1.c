/* l1 against torch (float64), finite differences and saturation. */
#include "tests/src/losses/check.h"

static void l1_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.16666666666666666,  0.16666666666666666,  0.0,
                                  -0.16666666666666666, -0.16666666666666666, 0.16666666666666666};
    const struct ls_loss loss = planned(entry(NULL, "l1"));
    assert_torch(&loss, 0.9583333333333334, gradient);
}

static void l1_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_loss loss = planned(entry(NULL, "l1"));
    assert_slope(&loss, 1);
    assert_slope(&loss, 4);
}

static void l1_is_finite_at_saturation(void **state)
{
    (void)state;
    const struct ls_loss loss = planned(entry(NULL, "l1"));
    assert_finite_at_saturation(&loss);
}

static void l1_has_slope_0_where_it_is_0(void **state)
{
    (void)state;
    const struct ls_loss loss = planned(entry(NULL, "l1"));
    const real z[K] = {1, 2, -3}, y[K] = {1, 5, -4};
    real dz[K];
    const struct ls_loss_sum sum = ls_loss_run(&loss, 1, z, (struct ls_targets){.values = y}, dz);
    assert_close(sum.value, 4, 0);
    assert_true(dz[0] == 0 && dz[1] == -1 && dz[2] == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(l1_is_torch),
        cmocka_unit_test(l1_matches_finite_differences),
        cmocka_unit_test(l1_is_finite_at_saturation),
        cmocka_unit_test(l1_has_slope_0_where_it_is_0),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
