#include "tests/src/layers/rig.h"

static void relu_has_the_known_values(void **state)
{
    (void)state;
    const double x[] = {-30.0, -3.0, -1.0, -0.5, 0.25, 1.0, 2.0, 30.0};
    const double y[] = {0.0, 0.0, 0.0, 0.0, 0.25, 1.0, 2.0, 30.0};
    rig_check_values("relu", NULL, 8, x, y);
}

static void relu_keeps_the_shape_and_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_shape image = {3, 3, 2, 4}, signal = {2, 3, 1, 5}, features = {1, 7, 1, 1};
    rig_check("relu", NULL, 1, &image, 5, image);
    rig_check("relu", NULL, 1, &signal, 5, signal);
    rig_check("relu", NULL, 1, &features, 5, features);
}

static void relu_lets_nan_through(void **state)
{
    (void)state;
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "relu", NULL, 1, &(struct ls_shape){1, 1, 1, 1}), LS_OK);
    rig_load(&rig, 1);
    rig.x[0][0] = (real)NAN;
    rig_run(&rig, 1);
    assert_true(isnan(rig.y[0]));
    rig_release(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relu_has_the_known_values),
        cmocka_unit_test(relu_keeps_the_shape_and_matches_finite_differences),
        cmocka_unit_test(relu_lets_nan_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
