#include "tests/src/layers/rig.h"

static void sigmoid_has_the_known_values(void **state)
{
    (void)state;
    const double x[] = {-30.0, -3.0, -1.0, -0.5, 0.25, 1.0, 2.0, 30.0};
    const double y[] = {9.357622968839299e-14, 0.04742587317756678, 0.2689414213699951,
                        0.3775406687981454,    0.5621765008857981,  0.7310585786300049,
                        0.8807970779778823,    0.9999999999999065};
    rig_check_values("sigmoid", NULL, 8, x, y);
}

static void sigmoid_keeps_the_shape_and_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_shape image = {3, 3, 2, 4}, signal = {2, 3, 1, 5}, features = {1, 7, 1, 1};
    rig_check("sigmoid", NULL, 1, &image, 5, image);
    rig_check("sigmoid", NULL, 1, &signal, 5, signal);
    rig_check("sigmoid", NULL, 1, &features, 5, features);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sigmoid_has_the_known_values),
        cmocka_unit_test(sigmoid_keeps_the_shape_and_matches_finite_differences),

    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
