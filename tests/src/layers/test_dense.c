#include "tests/src/layers/rig.h"

#include <string.h>

static void dense_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_shape in = {1, 5, 1, 1}, out = {1, 3, 1, 1};
    const char *const with[] = {"out", "3", NULL}, *const without[] = {"out", "3", "bias", "false",
                                                                       NULL};
    rig_check("dense", with, 1, &in, 7, out);
    rig_check("dense", without, 1, &in, 7, out);
    rig_check("dense", with, 1, &in, 1, out);
}

static void dense_multiplies_by_the_transposed_weight_and_adds_the_bias(void **state)
{
    (void)state;
    const char *const arguments[] = {"out", "2", NULL};
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "dense", arguments, 1, &(struct ls_shape){1, 3, 1, 1}), LS_OK);
    rig_load(&rig, 1);
    memcpy(rig.x[0], (real[]){1, 2, 3}, 3 * sizeof(real));
    memcpy(rig.layer.param[0], (real[]){1, 0, -1, 2, 3, 4}, 6 * sizeof(real));
    memcpy(rig.layer.param[1], (real[]){0.5, -0.5}, 2 * sizeof(real));
    memcpy(rig.dy, (real[]){1, 10}, 2 * sizeof(real));
    rig_run(&rig, 1);
    rig_expect(rig.y, (double[]){-1.5, 19.5}, 2, 1e-15);
    rig_expect(rig.dx[0], (double[]){21, 30, 39}, 3, 1e-15);
    rig_expect(rig.grad[0], (double[]){1, 2, 3, 10, 20, 30}, 6, 1e-15);
    rig_expect(rig.grad[1], (double[]){1, 10}, 2, 1e-15);
    rig_release(&rig);
}

static void dense_starts_as_pytorch_does(void **state)
{
    (void)state;
    const char *const arguments[] = {"out", "2", NULL};
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "dense", arguments, 1, &(struct ls_shape){1, 16, 1, 1}), LS_OK);
    assert_string_equal(rig.layer.params[0].name, "weight");
    assert_string_equal(rig.layer.params[1].name, "bias");
    assert_true(rig.layer.params[0].init_bound == 0.25 && rig.layer.params[1].init_bound == 0.25);
    assert_int_equal(rig.layer.params[0].dims[0], 2);
    assert_int_equal(rig.layer.params[0].dims[1], 16);
    rig_release(&rig);
}

static void dense_refuses_images(void **state)
{
    (void)state;
    const char *const arguments[] = {"out", "2", NULL};
    rig_check_refusal("dense", arguments, 1, &(struct ls_shape){3, 64, 7, 7},
                      "dense takes features (F), got (64, 7, 7): put flatten or global_avg_pool "
                      "before it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dense_matches_finite_differences),
        cmocka_unit_test(dense_multiplies_by_the_transposed_weight_and_adds_the_bias),
        cmocka_unit_test(dense_starts_as_pytorch_does),
        cmocka_unit_test(dense_refuses_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
