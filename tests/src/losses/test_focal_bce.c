/* focal_bce against torch (float64), finite differences and saturation. */
#include "tests/src/losses/check.h"

#define ALPHAS list("alpha", entry(NULL, "0.1"), entry(NULL, "0.5"), entry(NULL, "0.9"), NO_CHILD)

static void focal_bce_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {-0.0028385175372059876, 0.03467606318747739,
                                  -0.014518277004798106,  0.0008118233658987953,
                                  0.0876919703124305,     -5.2478641081379844e-05};
    const struct ls_loss loss = planned(entry(NULL, "focal_bce"));
    assert_torch(&loss, 0.08937466486327532, gradient);
}

static void focal_bce_alpha_and_gamma_half_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {-0.004711780844603446, 0.049602461577710595,
                                  -0.010672091610488063, 0.0075569083512067176,
                                  0.07952096560550379,   -0.0006403251260708871};
    const struct ls_loss loss = planned(map(
        NULL, map("focal_bce", entry("alpha", "0.25"), entry("gamma", "0.5"), NO_CHILD), NO_CHILD));
    assert_torch(&loss, 0.16233319786537093, gradient);
}

static void focal_bce_alpha_by_label_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {-0.0005576614224161492, 0.022294663470092842,
                                  -0.019487836100962753,  0.0017711348779972799,
                                  0.048049243949063326,   -0.00018102754727145276};
    const struct ls_loss loss =
        planned(map(NULL, map("focal_bce", ALPHAS, entry("gamma", "1.5"), NO_CHILD), NO_CHILD));
    assert_torch(&loss, 0.0654334623115795, gradient);
}

static void focal_bce_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        entry(NULL, "focal_bce"),
        map(NULL, map("focal_bce", entry("gamma", "0.3"), ALPHAS, NO_CHILD), NO_CHILD),
        map(NULL, map("focal_bce", entry("gamma", "0"), entry("alpha", "0.7"), NO_CHILD), NO_CHILD),
        map(NULL, map("focal_bce", entry("gamma", "5"), NO_CHILD), NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_loss loss = planned(nodes[i]);
        assert_slope(&loss, 1);
        assert_slope(&loss, 4);
    }
}

static void focal_bce_is_finite_at_saturation(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        entry(NULL, "focal_bce"),
        map(NULL, map("focal_bce", entry("gamma", "0.3"), ALPHAS, NO_CHILD), NO_CHILD),
        map(NULL, map("focal_bce", entry("gamma", "0"), entry("alpha", "0.7"), NO_CHILD), NO_CHILD),
        map(NULL, map("focal_bce", entry("gamma", "5"), NO_CHILD), NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_loss loss = planned(nodes[i]);
        assert_finite_at_saturation(&loss);
    }
}

static void focal_bce_with_gamma_0_is_bce(void **state)
{
    (void)state;
    assert_same(planned(map(NULL, map("focal_bce", entry("gamma", "0"), NO_CHILD), NO_CHILD)),
                planned(entry(NULL, "bce")));
}

static void a_label_in_between_is_a_mixture(void **state)
{
    (void)state;
    const struct ls_loss loss = planned(map(NULL, map("focal_bce", ALPHAS, NO_CHILD), NO_CHILD));
    double up = 0, down = 0, between = 0;
    const double one = loss.ops->element(&loss, 2, 0.7, 1, &up);
    const double zero = loss.ops->element(&loss, 2, 0.7, 0, &down);
    assert_close(loss.ops->element(&loss, 2, 0.7, 0.25, &between), 0.25 * one + 0.75 * zero, 1e-15);
    assert_close(between, 0.25 * up + 0.75 * down, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(focal_bce_is_torch),
        cmocka_unit_test(focal_bce_alpha_and_gamma_half_is_torch),
        cmocka_unit_test(focal_bce_alpha_by_label_is_torch),
        cmocka_unit_test(focal_bce_matches_finite_differences),
        cmocka_unit_test(focal_bce_is_finite_at_saturation),
        cmocka_unit_test(focal_bce_with_gamma_0_is_bce),
        cmocka_unit_test(a_label_in_between_is_a_mixture),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
