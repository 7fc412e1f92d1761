#include "tests/src/layers/rig.h"

#include <string.h>

static void global_avg_pool_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_shape image = {3, 70, 3, 4}, signal = {2, 3, 1, 9};
    rig_check("global_avg_pool", NULL, 1, &image, 5, (struct ls_shape){1, 70, 1, 1});
    rig_check("global_avg_pool", NULL, 1, &signal, 5, (struct ls_shape){1, 3, 1, 1});
}

static void global_avg_pool_gives_the_mean_of_each_channel(void **state)
{
    (void)state;
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "global_avg_pool", NULL, 1, &(struct ls_shape){3, 2, 1, 3}),
                     LS_OK);
    rig_load(&rig, 1);
    memcpy(rig.x[0], (real[]){1, 10, 2, 20, 6, 60}, 6 * sizeof(real));
    rig_run(&rig, 1);
    rig_expect(rig.y, (double[]){3, 30}, 2, 0);
    rig_release(&rig);
}

static void global_avg_pool_refuses_features(void **state)
{
    (void)state;
    rig_check_refusal("global_avg_pool", NULL, 1, &(struct ls_shape){1, 16, 1, 1},
                      "takes (C, L) or (C, H, W), got features (16)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(global_avg_pool_matches_finite_differences),
        cmocka_unit_test(global_avg_pool_gives_the_mean_of_each_channel),
        cmocka_unit_test(global_avg_pool_refuses_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
