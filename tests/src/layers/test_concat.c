#include "tests/src/layers/rig.h"

#include <string.h>

static void concat_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_shape images[] = {{3, 3, 2, 4}, {3, 1, 2, 4}, {3, 5, 2, 4}};
    const struct ls_shape features[] = {{1, 3, 1, 1}, {1, 4, 1, 1}};
    rig_check("concat", NULL, 3, images, 5, (struct ls_shape){3, 9, 2, 4});
    rig_check("concat", NULL, 2, features, 5, (struct ls_shape){1, 7, 1, 1});
}

static void concat_puts_channels_side_by_side(void **state)
{
    (void)state;
    const struct ls_shape signals[] = {{2, 2, 1, 2}, {2, 1, 1, 2}};
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "concat", NULL, 2, signals), LS_OK);
    rig_load(&rig, 1);
    memcpy(rig.x[0], (real[]){1, 2, 3, 4}, 4 * sizeof(real));
    memcpy(rig.x[1], (real[]){5, 6}, 2 * sizeof(real));
    rig_run(&rig, 1);
    rig_expect(rig.y, (double[]){1, 2, 5, 3, 4, 6}, 6, 0);
    rig_release(&rig);
}

static void concat_refuses_branches_of_other_sizes(void **state)
{
    (void)state;
    const struct ls_shape images[] = {{3, 16, 8, 8}, {3, 32, 4, 4}};
    rig_check_refusal("concat", NULL, 2, images,
                      "concat: branches differ in more than C: (16, 8, 8) and (32, 4, 4)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(concat_matches_finite_differences),
        cmocka_unit_test(concat_puts_channels_side_by_side),
        cmocka_unit_test(concat_refuses_branches_of_other_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
