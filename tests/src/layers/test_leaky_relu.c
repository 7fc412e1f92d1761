#include "tests/src/layers/rig.h"

static void leaky_relu_has_the_known_values(void **state)
{
    (void)state;
    const double x[] = {-30.0, -3.0, -1.0, -0.5, 0.25, 1.0, 2.0, 30.0};
    const double y[] = {-0.3, -0.03, -0.01, -0.005, 0.25, 1.0, 2.0, 30.0};
    rig_check_values("leaky_relu", NULL, 8, x, y);
}

static void leaky_relu_keeps_the_shape_and_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_shape image = {3, 3, 2, 4}, signal = {2, 3, 1, 5}, features = {1, 7, 1, 1};
    rig_check("leaky_relu", NULL, 1, &image, 5, image);
    rig_check("leaky_relu", NULL, 1, &signal, 5, signal);
    rig_check("leaky_relu", NULL, 1, &features, 5, features);
}

static void leaky_relu_takes_a_slope(void **state)
{
    (void)state;
    const char *const arguments[] = {"slope", "0.25", NULL};
    rig_check_values("leaky_relu", arguments, 2, (double[]){-2, 2}, (double[]){-0.5, 2});
}

static void leaky_relu_with_a_negative_slope_still_has_its_gradient(void **state)
{
    (void)state;
    const char *const arguments[] = {"slope", "-0.5", NULL}, *const zero[] = {"slope", "0", NULL};
    const struct ls_shape features = {1, 70, 1, 1};
    rig_check("leaky_relu", arguments, 1, &features, 5, features);
    rig_check("leaky_relu", zero, 1, &features, 5, features);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaky_relu_has_the_known_values),
        cmocka_unit_test(leaky_relu_keeps_the_shape_and_matches_finite_differences),
        cmocka_unit_test(leaky_relu_takes_a_slope),
        cmocka_unit_test(leaky_relu_with_a_negative_slope_still_has_its_gradient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
