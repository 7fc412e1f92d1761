#include "tests/src/layers/rig.h"

static void gelu_has_the_known_values(void **state)
{
    (void)state;
    const double x[] = {-30.0, -3.0, -1.0, -0.5, 0.25, 1.0, 2.0, 30.0};
    const double y[] = {
        -1.4720141781446293e-196, -0.004049694094890287, -0.15865525393145707, -0.15426876936299344,
        0.14967658142073093,      0.8413447460685429,    1.9544997361036416,   30.0};
    rig_check_values("gelu", NULL, 8, x, y);
}

static void gelu_keeps_the_shape_and_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_shape image = {3, 3, 2, 4}, signal = {2, 3, 1, 5}, features = {1, 7, 1, 1};
    rig_check("gelu", NULL, 1, &image, 5, image);
    rig_check("gelu", NULL, 1, &signal, 5, signal);
    rig_check("gelu", NULL, 1, &features, 5, features);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gelu_has_the_known_values),
        cmocka_unit_test(gelu_keeps_the_shape_and_matches_finite_differences),

    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
