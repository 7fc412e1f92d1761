#include "tests/src/layers/rig.h"

static void tanh_has_the_known_values(void **state)
{
    (void)state;
    const double x[] = {-30.0, -3.0, -1.0, -0.5, 0.25, 1.0, 2.0, 30.0};
    const double y[] = {-1.0,
                        -0.9950547536867305,
                        -0.7615941559557649,
                        -0.46211715726000974,
                        0.24491866240370913,
                        0.7615941559557649,
                        0.9640275800758169,
                        1.0};
    rig_check_values("tanh", NULL, 8, x, y);
}

static void tanh_keeps_the_shape_and_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_shape image = {3, 3, 2, 4}, signal = {2, 3, 1, 5}, features = {1, 7, 1, 1};
    rig_check("tanh", NULL, 1, &image, 5, image);
    rig_check("tanh", NULL, 1, &signal, 5, signal);
    rig_check("tanh", NULL, 1, &features, 5, features);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tanh_has_the_known_values),
        cmocka_unit_test(tanh_keeps_the_shape_and_matches_finite_differences),

    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
