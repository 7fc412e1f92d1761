#include "tests/src/layers/rig.h"

static void elu_has_the_known_values(void **state)
{
    (void)state;
    const char *const arguments[] = {"alpha", "1.5", NULL};
    const double x[] = {-30.0, -3.0, -1.0, -0.5, 0.25, 1.0, 2.0, 30.0};
    const double y[] = {-1.4999999999998597,
                        -1.4253193974482041,
                        -0.9481808382428365,
                        -0.5902040104310499,
                        0.25,
                        1.0,
                        2.0,
                        30.0};
    rig_check_values("elu", arguments, 8, x, y);
}

static void elu_keeps_the_shape_and_matches_finite_differences(void **state)
{
    (void)state;
    const char *const arguments[] = {"alpha", "1.5", NULL};
    const struct ls_shape image = {3, 3, 2, 4}, signal = {2, 3, 1, 5}, features = {1, 7, 1, 1};
    rig_check("elu", arguments, 1, &image, 5, image);
    rig_check("elu", arguments, 1, &signal, 5, signal);
    rig_check("elu", arguments, 1, &features, 5, features);
}

static void elu_has_alpha_1_unless_told(void **state)
{
    (void)state;
    rig_check_values("elu", NULL, 2, (double[]){-1, 2}, (double[]){-0.63212055882855768, 2});
}

static void elu_with_a_negative_alpha_still_has_its_gradient(void **state)
{
    (void)state;
    const char *const arguments[] = {"alpha", "-0.5", NULL}, *const zero[] = {"alpha", "0", NULL};
    const struct ls_shape features = {1, 70, 1, 1};
    rig_check("elu", arguments, 1, &features, 5, features);
    rig_check("elu", zero, 1, &features, 5, features);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elu_has_the_known_values),
        cmocka_unit_test(elu_keeps_the_shape_and_matches_finite_differences),
        cmocka_unit_test(elu_has_alpha_1_unless_told),
        cmocka_unit_test(elu_with_a_negative_alpha_still_has_its_gradient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
