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

static void focal_alpha_weighs_class_0_by_the_rest(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.0774024186823731,   0.01345052352703838,  -0.0908529422094115,
                                  -0.39139100029108076, 0.029690208958775395, 0.3617007913323053};
    const struct ls_loss loss =
        planned(map(NULL, map("focal", entry("alpha", "0.25"), NO_CHILD), NO_CHILD));
    assert_torch(&loss, 1.962726819633013, gradient);
}

static void focal_alpha_by_class_and_weights_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.9169014842604878,    0.15933358667551123,
                                  -1.076235070935999,    -0.028754777282110473,
                                  0.0021812850715371007, 0.02657349221057337};
    const struct ls_loss loss = planned(
        map(NULL,
            map("focal", entry("gamma", "0.5"),
                list("alpha", entry(NULL, "0.1"), entry(NULL, "3"), entry(NULL, "2"), NO_CHILD),
                WEIGHTS, NO_CHILD),
            NO_CHILD));
    assert_torch(&loss, 1.650842305292249, gradient);
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
    assert_same(planned(map(NULL, map("focal", entry("gamma", "0"), WEIGHTS, NO_CHILD), NO_CHILD)),
                planned(map(NULL, map("cross_entropy", WEIGHTS, NO_CHILD), NO_CHILD)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(focal_gamma_2_is_torch),
        cmocka_unit_test(focal_gamma_half_and_weights_is_torch),
        cmocka_unit_test(focal_alpha_weighs_class_0_by_the_rest),
        cmocka_unit_test(focal_alpha_by_class_and_weights_is_torch),
        cmocka_unit_test(focal_matches_finite_differences),
        cmocka_unit_test(focal_is_finite_at_saturation),
        cmocka_unit_test(focal_with_gamma_0_is_cross_entropy),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
