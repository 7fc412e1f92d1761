#include "tests/src/layers/rig.h"

#include <string.h>

static void max_pool_matches_finite_differences(void **state)
{
    (void)state;
    const char *const plain[] = {"size", "2", NULL};
    const char *const overlapping[] = {"size", "3", "stride", "2", "pad", "1", NULL};
    const char *const uneven[] = {"size", "2,3", "stride", "1,2", "pad", "1,0", NULL};
    const char *const wide[] = {"size", "17", "stride", "1", "pad", "3", NULL};
    const char *const gaps[] = {"size", "2", "stride", "3", "pad", "1", NULL};
    const char *const padded[] = {"size", "2", "pad", "1", NULL};
    const struct ls_shape many = {3, 37, 4, 6};
    const struct ls_shape image = {3, 3, 7, 8}, signal = {2, 3, 1, 9}, large = {3, 2, 18, 20};
    rig_check("max_pool", plain, 1, &image, 5, (struct ls_shape){3, 3, 3, 4});
    rig_check("max_pool", overlapping, 1, &image, 5, (struct ls_shape){3, 3, 4, 4});
    rig_check("max_pool", uneven, 1, &image, 5, (struct ls_shape){3, 3, 8, 3});
    rig_check("max_pool", gaps, 1, &image, 5, (struct ls_shape){3, 3, 3, 3});
    rig_check("max_pool", padded, 1, &image, 5, (struct ls_shape){3, 3, 4, 5});
    rig_check("max_pool", plain, 1, &many, 5, (struct ls_shape){3, 37, 2, 3});
    rig_check("max_pool", overlapping, 1, &many, 5, (struct ls_shape){3, 37, 2, 3});
    rig_check("max_pool", plain, 1, &signal, 5, (struct ls_shape){2, 3, 1, 4});
    rig_check("max_pool", overlapping, 1, &signal, 5, (struct ls_shape){2, 3, 1, 5});
    rig_check("max_pool", wide, 1, &large, 3, (struct ls_shape){3, 2, 8, 10});
}

static void run(const double *x, double *y, double *dx)
{
    const char *const arguments[] = {"size", "2", NULL};
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "max_pool", arguments, 1, &(struct ls_shape){3, 1, 2, 2}),
                     LS_OK);
    rig_load(&rig, 1);
    memcpy(rig.x[0], x, 4 * sizeof *x);
    rig.dy[0] = 3;
    rig_run(&rig, 1);
    *y = rig.y[0];
    memcpy(dx, rig.dx[0], 4 * sizeof *dx);
    rig_release(&rig);
}

static void max_pool_gives_the_gradient_to_the_first_of_equals(void **state)
{
    (void)state;
    double y, dx[4];
    run((double[]){-1, 2, 2, 2}, &y, dx);
    assert_true(y == 2);
    rig_expect(dx, (double[]){0, 3, 0, 0}, 4, 0);
}

static void max_pool_keeps_nan(void **state)
{
    (void)state;
    double y, dx[4];
    run((double[]){5, NAN, 7, 2}, &y, dx);
    assert_true(isnan(y));
    rig_expect(dx, (double[]){0, 3, 0, 0}, 4, 0);
    run((double[]){NAN, 1, 7, 2}, &y, dx);
    assert_true(isnan(y));
    rig_expect(dx, (double[]){3, 0, 0, 0}, 4, 0);
}

static void max_pool_pads_with_minus_infinity(void **state)
{
    (void)state;
    const char *const arguments[] = {"size", "2", "pad", "1", NULL};
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "max_pool", arguments, 1, &(struct ls_shape){3, 1, 2, 2}),
                     LS_OK);
    rig_load(&rig, 1);
    memcpy(rig.x[0], (real[]){-1, -2, -3, -4}, 4 * sizeof(real));
    rig_run(&rig, 1);
    rig_expect(rig.y, (double[]){-1, -2, -3, -4}, 4, 0);
    rig_release(&rig);
}

static void max_pool_says_why_it_does_not_fit(void **state)
{
    (void)state;
    const char *const padded[] = {"size", "3", "pad", "2", NULL}, *const large[] = {"size", "9",
                                                                                    NULL};
    const struct ls_shape image = {3, 16, 4, 4};
    rig_check_refusal("max_pool", padded, 1, &image, "pad 2 is more than half of size 3");
    rig_check_refusal("max_pool", large, 1, &image,
                      "size 9 is larger than its input (16, 4, 4) with pad 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(max_pool_matches_finite_differences),
        cmocka_unit_test(max_pool_gives_the_gradient_to_the_first_of_equals),
        cmocka_unit_test(max_pool_keeps_nan),
        cmocka_unit_test(max_pool_pads_with_minus_infinity),
        cmocka_unit_test(max_pool_says_why_it_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
