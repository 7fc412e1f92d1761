#include "tests/src/layers/rig.h"

#include <string.h>

static void flatten_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_shape image = {3, 3, 2, 4}, signal = {2, 3, 1, 9}, features = {1, 5, 1, 1};
    const struct ls_shape grey = {3, 1, 3, 4};
    rig_check("flatten", NULL, 1, &image, 5, (struct ls_shape){1, 24, 1, 1});
    rig_check("flatten", NULL, 1, &signal, 5, (struct ls_shape){1, 27, 1, 1});
    rig_check("flatten", NULL, 1, &features, 5, features);
    rig_check("flatten", NULL, 1, &grey, 5, (struct ls_shape){1, 12, 1, 1});
}

static void flatten_gives_the_order_c_h_w(void **state)
{
    (void)state;
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "flatten", NULL, 1, &(struct ls_shape){3, 2, 2, 2}), LS_OK);
    rig_load(&rig, 2);
    const double x[] = {0, 100, 1, 101, 10, 110, 11, 111, 5, 6, 7, 8, 9, 10, 11, 12};
    memcpy(rig.x[0], x, sizeof x);
    rig_run(&rig, 1);
    rig_expect(rig.y, (double[]){0, 1, 10, 11, 100, 101, 110, 111, 5, 7, 9, 11, 6, 8, 10, 12}, 16,
               0);
    rig_release(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flatten_matches_finite_differences),
        cmocka_unit_test(flatten_gives_the_order_c_h_w),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
