/* bce against torch (float64), finite differences and saturation. */
#include "tests/src/losses/check.h"

static void bce_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {-0.030404253967726058, 0.07297058318570032,
                                  -0.05347021680410117,  0.019867153670352924,
                                  0.10374322186697577,   -0.007904312196261106};
    const struct ls_loss loss = planned(entry(NULL, "bce"));
    assert_torch(&loss, 0.3856360084622195, gradient);
}

static void bce_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_loss loss = planned(entry(NULL, "bce"));
    assert_slope(&loss, 1);
    assert_slope(&loss, 4);
}

static void bce_is_finite_at_saturation(void **state)
{
    (void)state;
    const struct ls_loss loss = planned(entry(NULL, "bce"));
    assert_finite_at_saturation(&loss);
}

static void bce_of_a_certain_label_is_the_size_of_a_wrong_logit(void **state)
{
    (void)state;
    const struct ls_loss loss = planned(entry(NULL, "bce"));
    const real z[K] = {1e4, -1e4, 0}, y[K] = {0, 0, 0};
    real dz[K];
    const struct ls_loss_sum sum = ls_loss_run(&loss, 1, z, (struct ls_targets){.values = y}, dz);
    assert_close(sum.value, 1e4 + log(2.0), 1e-9);
    assert_close(sum.weight, K, 0);
    assert_true(dz[0] == 1 && dz[1] == 0 && dz[2] == LS_R(0.5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bce_is_torch),
        cmocka_unit_test(bce_matches_finite_differences),
        cmocka_unit_test(bce_is_finite_at_saturation),
        cmocka_unit_test(bce_of_a_certain_label_is_the_size_of_a_wrong_logit),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
