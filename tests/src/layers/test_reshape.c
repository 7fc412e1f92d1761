#include "tests/src/layers/rig.h"

#include <string.h>

static void reshape_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_shape features = {1, 24, 1, 1};
    rig_check("reshape", (const char *[]){"shape", "3,2,4", NULL}, 1, &features, 5,
              (struct ls_shape){3, 3, 2, 4});
    rig_check("reshape", (const char *[]){"shape", "6,4", NULL}, 1, &features, 5,
              (struct ls_shape){2, 6, 1, 4});
    rig_check("reshape", (const char *[]){"shape", "1,4,6", NULL}, 1, &features, 5,
              (struct ls_shape){3, 1, 4, 6});
    rig_check("reshape", (const char *[]){"shape", "24,1", NULL}, 1, &features, 5,
              (struct ls_shape){2, 24, 1, 1});
}

static void reshape_takes_the_order_c_h_w(void **state)
{
    (void)state;
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "reshape", (const char *[]){"shape", "2,2,2", NULL}, 1,
                              &(struct ls_shape){1, 8, 1, 1}),
                     LS_OK);
    rig_load(&rig, 2);
    const double x[] = {0, 1, 10, 11, 100, 101, 110, 111, 5, 7, 9, 11, 6, 8, 10, 12};
    memcpy(rig.x[0], x, sizeof x);
    rig_run(&rig, 1);
    rig_expect(rig.y, (double[]){0, 100, 1, 101, 10, 110, 11, 111, 5, 6, 7, 8, 9, 10, 11, 12}, 16,
               0);
    rig_release(&rig);
}

static void reshape_refuses_other_sizes(void **state)
{
    (void)state;
    const struct ls_shape features = {1, 8, 1, 1}, image = {3, 2, 2, 2};
    rig_check_refusal("reshape", (const char *[]){"shape", "2,2,3", NULL}, 1, &features,
                      "a shape of 12 values needs as many features, but its input is (8)");
    rig_check_refusal("reshape", (const char *[]){"shape", "2,2,2", NULL}, 1, &image,
                      "a shape of 8 values needs as many features, but its input is (2, 2, 2)");
    rig_check_refusal("reshape", (const char *[]){"shape", "8", NULL}, 1, &features,
                      "shape takes [C, L] or [C, H, W], got 1 numbers");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reshape_matches_finite_differences),
        cmocka_unit_test(reshape_takes_the_order_c_h_w),
        cmocka_unit_test(reshape_refuses_other_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
