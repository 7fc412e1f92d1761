#include "tests/src/layers/rig.h"

#include <string.h>

static void upsample_matches_finite_differences(void **state)
{
    (void)state;
    const char *const nearest[] = {"scale", "2", NULL};
    const char *const bilinear[] = {"scale", "3", "mode", "bilinear", NULL};
    const char *const uneven[] = {"scale", "1,4", "mode", "bilinear", NULL};
    const struct ls_shape image = {3, 3, 2, 4}, signal = {2, 3, 1, 5};
    rig_check("upsample", nearest, 1, &image, 5, (struct ls_shape){3, 3, 4, 8});
    rig_check("upsample", bilinear, 1, &image, 5, (struct ls_shape){3, 3, 6, 12});
    rig_check("upsample", uneven, 1, &image, 5, (struct ls_shape){3, 3, 2, 16});
    rig_check("upsample", nearest, 1, &signal, 5, (struct ls_shape){2, 3, 1, 10});
    rig_check("upsample", bilinear, 1, &signal, 5, (struct ls_shape){2, 3, 1, 15});
}

static void expect_output(const char *mode, const double *want)
{
    const char *const arguments[] = {"scale", "2", "mode", mode, NULL};
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "upsample", arguments, 1, &(struct ls_shape){3, 1, 2, 2}),
                     LS_OK);
    rig_load(&rig, 1);
    memcpy(rig.x[0], (real[]){1, 2, 3, 4}, 4 * sizeof(real));
    rig_run(&rig, 1);
    rig_expect(rig.y, want, 16, 0);
    rig_release(&rig);
}

/* the example in the documentation of torch.nn.Upsample */
static void upsample_has_the_values_of_pytorch(void **state)
{
    (void)state;
    expect_output("nearest", (double[]){1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4});
    expect_output("bilinear", (double[]){1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25,
                                         3.5, 3, 3.25, 3.75, 4});
}

static void upsample_refuses_sizes_that_no_machine_holds(void **state)
{
    (void)state;
    const char *const arguments[] = {"scale", "1024", NULL};
    rig_check_refusal("upsample", arguments, 1, &(struct ls_shape){3, 16, 64, 64},
                      "a sample of (16, 65536, 65536) has 68719476736 elements; 1 to "
                      "2147483647 are possible");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(upsample_matches_finite_differences),
        cmocka_unit_test(upsample_has_the_values_of_pytorch),
        cmocka_unit_test(upsample_refuses_sizes_that_no_machine_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
