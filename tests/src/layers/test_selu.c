#include "tests/src/layers/rig.h"

static void selu_has_the_known_values(void **state)
{
    (void)state;
    const double x[] = {-30.0, -3.0, -1.0, -0.5, 0.25, 1.0, 2.0, 30.0};
    const double y[] = {-1.7580993408472123, -1.6705687287671118, -1.1113307378125625,
                        -0.6917581878028713, 0.2626752468388701,  1.0507009873554805,
                        2.101401974710961,   31.521029620664414};
    rig_check_values("selu", NULL, 8, x, y);
}

static void selu_keeps_the_shape_and_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_shape image = {3, 3, 2, 4}, signal = {2, 3, 1, 5}, features = {1, 7, 1, 1};
    rig_check("selu", NULL, 1, &image, 5, image);
    rig_check("selu", NULL, 1, &signal, 5, signal);
    rig_check("selu", NULL, 1, &features, 5, features);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selu_has_the_known_values),
        cmocka_unit_test(selu_keeps_the_shape_and_matches_finite_differences),

    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
