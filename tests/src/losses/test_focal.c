/* focal against torch (float64), finite differences and saturation. */
#include "tests/src/losses/check.h"

#define WEIGHTS                                                                                    \
    list("class_weights", entry(NULL, "0.5"), entry(NULL, "2"), entry(NULL, "1.25"), NO_CHILD)

static void focal_gamma_2_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.3096096747294924,  0.05380209410815353, -0.3634117688376459,
                                  -0.5218546670547743, 0.03958694527836719, 0.48226772177640714};
    const struct ls_loss loss = planned(entry(NULL, "focal"));
    assert_torch(&loss, 2.8285513638071373, gradient);
}

static void focal_gamma_half_and_weights_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.4584507421302439,  0.07966679333775561,  -0.5381175354679995,
                                  -0.2875477728211047, 0.021812850715371004, 0.2657349221057337};
    const struct ls_loss loss =
        planned(map(NULL, map("focal", entry("gamma", "0.5"), WEIGHTS, NO_CHILD), NO_CHILD));
    assert_torch(&loss, 2.2013845447216474, gradient);
}

static void focal_matches_finite_differences(void **state)
{
    (void)state;
    static const char *const gammas[] = {"0", "0.5", "2", "5"};
    for (size_t i = 0; i < sizeof gammas / sizeof *gammas; i++) {
        const struct ls_loss loss = planned(
            map(NULL, map("focal", entry("gamma", gammas[i]), WEIGHTS, NO_CHILD), NO_CHILD));
        assert_slope(&loss, 1);
        assert_slope(&loss, 4);
    }
}

static void focal_is_finite_at_saturation(void **state)
{
    (void)state;
    static const char *const gammas[] = {"0", "0.5", "2", "5"};
    for (size_t i = 0; i < sizeof gammas / sizeof *gammas; i++) {
        const struct ls_loss loss = planned(
            map(NULL, map("focal", entry("gamma", gammas[i]), WEIGHTS, NO_CHILD), NO_CHILD));
        assert_finite_at_saturation(&loss);
    }
}

static void focal_with_gamma_0_is_cross_entropy(void **state)
{
    (void)state;
    const struct ls_loss focal =
        planned(map(NULL, map("focal", entry("gamma", "0"), WEIGHTS, NO_CHILD), NO_CHILD));
    const struct ls_loss plain =
        planned(map(NULL, map("cross_entropy", WEIGHTS, NO_CHILD), NO_CHILD));
    real dz[LEN], expected[LEN];
    const struct ls_loss_sum got = ls_loss_run(&focal, N, outputs, targets_of(&focal), dz);
    const struct ls_loss_sum sum = ls_loss_run(&plain, N, outputs, targets_of(&plain), expected);
    assert_close(got.value, sum.value, 1e-14);
    assert_close(got.weight, sum.weight, 0);
    for (size_t i = 0; i < LEN; i++)
        assert_close((double)dz[i], (double)expected[i], 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(focal_gamma_2_is_torch),
        cmocka_unit_test(focal_gamma_half_and_weights_is_torch),
        cmocka_unit_test(focal_matches_finite_differences),
        cmocka_unit_test(focal_is_finite_at_saturation),
        cmocka_unit_test(focal_with_gamma_0_is_cross_entropy),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
