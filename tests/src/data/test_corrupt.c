/* Corrupted inputs: the share or the deviation that was asked for, keyed by sample and occasion. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/data/transform.h"

enum { H = 50, W = 40, C = 5, LEN = H * W * C };

static const struct ls_shape shape = {3, C, H, W};
static real x[LEN], y[LEN];

static void corrupt(struct ls_corruption by, uint64_t occasion, uint64_t sample, real *to)
{
    const struct ls_transform t = {.shape = shape, .corruption = by, .seed = 3};
    for (size_t i = 0; i < LEN; i++)
        to[i] = 2;
    assert_true(ls_corrupts(&t));
    ls_corrupt(&t, occasion, sample, to);
}

static void a_mask_sets_its_share_to_zero(void **state)
{
    (void)state;
    size_t zeros = 0;
    corrupt((struct ls_corruption){.mask = 0.3}, 0, 7, x);
    for (size_t i = 0; i < LEN; i++) {
        assert_true(x[i] == 0 || x[i] == 2);
        zeros += x[i] == 0;
    }
    assert_true(fabs((double)zeros / LEN - 0.3) < 0.02);
}

static void noise_has_its_deviation(void **state)
{
    (void)state;
    double sum = 0, squares = 0;
    corrupt((struct ls_corruption){.normal = 0.5}, 0, 7, x);
    for (size_t i = 0; i < LEN; i++) {
        sum += (double)x[i] - 2;
        squares += ((double)x[i] - 2) * ((double)x[i] - 2);
    }
    assert_true(fabs(sum / LEN) < 0.03);
    assert_true(fabs(sqrt(squares / LEN) / 0.5 - 1) < 0.03);
}

static void draws_are_keyed_by_sample_and_occasion(void **state)
{
    (void)state;
    const struct ls_corruption by = {.mask = 0.5};
    corrupt(by, 1, 7, x);
    corrupt(by, 1, 7, y);
    assert_memory_equal(x, y, sizeof x);
    corrupt(by, 2, 7, y);
    assert_memory_not_equal(x, y, sizeof x);
    corrupt(by, 1, 8, y);
    assert_memory_not_equal(x, y, sizeof x);
    assert_false(ls_corrupts(&(struct ls_transform){.shape = shape}));
}

static void targets_are_in_the_order_of_files(void **state)
{
    (void)state;
    real to[12];
    const real from[12] = {0, 100, 1, 101, 2, 102, 10, 110, 11, 111, 12, 112};
    const real want[12] = {0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112};
    ls_transform_to_file((struct ls_shape){3, 2, 2, 3}, from, to);
    assert_memory_equal(to, want, sizeof to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mask_sets_its_share_to_zero),
        cmocka_unit_test(noise_has_its_deviation),
        cmocka_unit_test(draws_are_keyed_by_sample_and_occasion),
        cmocka_unit_test(targets_are_in_the_order_of_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
