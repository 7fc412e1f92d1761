#include "tests/src/layers/rig.h"

#include <string.h>

static void add_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_shape images[] = {{3, 3, 2, 4}, {3, 3, 2, 4}, {3, 3, 2, 4}};
    rig_check("add", NULL, 2, images, 5, images[0]);
    rig_check("add", NULL, 3, images, 5, images[0]);
}

static void add_sums_its_branches(void **state)
{
    (void)state;
    const struct ls_shape features[] = {{1, 2, 1, 1}, {1, 2, 1, 1}, {1, 2, 1, 1}};
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "add", NULL, 3, features), LS_OK);
    rig_load(&rig, 1);
    for (int i = 0; i < 3; i++)
        memcpy(rig.x[i], (real[]){1 + i, 10 * i}, 2 * sizeof(real));
    rig_run(&rig, 1);
    rig_expect(rig.y, (double[]){6, 30}, 2, 0);
    rig_release(&rig);
}

static void add_refuses_branches_of_other_shapes(void **state)
{
    (void)state;
    const struct ls_shape images[] = {{3, 16, 8, 8}, {3, 32, 8, 8}};
    rig_check_refusal("add", NULL, 2, images, "add: branches differ: (16, 8, 8) and (32, 8, 8)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(add_matches_finite_differences),
        cmocka_unit_test(add_sums_its_branches),
        cmocka_unit_test(add_refuses_branches_of_other_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
