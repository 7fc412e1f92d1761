#include "tests/src/layers/rig.h"

static void silu_has_the_known_values(void **state)
{
    (void)state;
    const double x[] = {-30.0, -3.0, -1.0, -0.5, 0.25, 1.0, 2.0, 30.0};
    const double y[] = {-2.8072868906517896e-12, -0.14227761953270035, -0.2689414213699951,
                        -0.1887703343990727,     0.14054412522144952,  0.7310585786300049,
                        1.7615941559557646,      29.999999999997197};
    rig_check_values("silu", NULL, 8, x, y);
}

static void silu_keeps_the_shape_and_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_shape image = {3, 3, 2, 4}, signal = {2, 3, 1, 5}, features = {1, 7, 1, 1};
    rig_check("silu", NULL, 1, &image, 5, image);
    rig_check("silu", NULL, 1, &signal, 5, signal);
    rig_check("silu", NULL, 1, &features, 5, features);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silu_has_the_known_values),
        cmocka_unit_test(silu_keeps_the_shape_and_matches_finite_differences),

    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
