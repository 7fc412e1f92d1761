#include "tests/src/layers/rig.h"

#include <string.h>

static void avg_pool_matches_finite_differences(void **state)
{
    (void)state;
    const char *const plain[] = {"size", "2", NULL};
    const char *const overlapping[] = {"size", "3", "stride", "2", "pad", "1", NULL};
    const char *const uneven[] = {"size", "2,3", "stride", "1,2", "pad", "1,0", NULL};
    const char *const gaps[] = {"size", "2", "stride", "3", "pad", "1", NULL};
    const struct ls_shape image = {3, 3, 7, 8}, signal = {2, 3, 1, 9};
    rig_check("avg_pool", plain, 1, &image, 5, (struct ls_shape){3, 3, 3, 4});
    rig_check("avg_pool", gaps, 1, &image, 5, (struct ls_shape){3, 3, 3, 3});
    rig_check("avg_pool", overlapping, 1, &image, 5, (struct ls_shape){3, 3, 4, 4});
    rig_check("avg_pool", uneven, 1, &image, 5, (struct ls_shape){3, 3, 8, 3});
    rig_check("avg_pool", overlapping, 1, &signal, 5, (struct ls_shape){2, 3, 1, 5});
}

static void avg_pool_counts_the_padding(void **state)
{
    (void)state;
    const char *const arguments[] = {"size", "2", "pad", "1", NULL};
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "avg_pool", arguments, 1, &(struct ls_shape){3, 1, 2, 2}),
                     LS_OK);
    rig_load(&rig, 1);
    memcpy(rig.x[0], (real[]){4, 8, 12, -4}, 4 * sizeof(real));
    rig_run(&rig, 1);
    rig_expect(rig.y, (double[]){1, 2, 3, -1}, 4, 0);
    rig_release(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(avg_pool_matches_finite_differences),
        cmocka_unit_test(avg_pool_counts_the_padding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
