#include "tests/src/layers/rig.h"

#include <string.h>

static const struct ls_shape image = {3, 3, 4, 2};

static void bn_matches_finite_differences_in_training(void **state)
{
    (void)state;
    const struct ls_shape signal = {2, 5, 1, 3}, features = {1, 4, 1, 1};
    rig_check("bn", NULL, 1, &image, 7, image);
    rig_check("bn", NULL, 1, &signal, 7, signal);
    rig_check("bn", NULL, 1, &features, 9, features);
}

static void bn_matches_finite_differences_when_frozen(void **state)
{
    (void)state;
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "bn", NULL, 1, &image), LS_OK);
    rig_load(&rig, 5);
    rig.layer.frozen = true;
    rig_check_gradients(&rig);
    rig_check_shards(&rig);
    rig_release(&rig);
}

/* mean, and sum of squared deviations, of channel c over all rows */
static void moments(const struct rig *rig, size_t rows, size_t c, double *mean, double *m2)
{
    const size_t channels = rig->layer.out.c;
    *mean = *m2 = 0;
    for (size_t row = 0; row < rows; row++)
        *mean += rig->x[0][row * channels + c] / (double)rows;
    for (size_t row = 0; row < rows; row++)
        *m2 += pow(rig->x[0][row * channels + c] - *mean, 2);
}

static void bn_normalises_by_the_biased_variance_of_the_whole_batch(void **state)
{
    (void)state;
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "bn", NULL, 1, &image), LS_OK);
    rig_load(&rig, 7);
    const size_t rows = 7 * image.h * image.w;
    for (size_t i = 0; i < rows * image.c; i++)
        rig.x[0][i] = 1e6 + 1e-2 * rig.x[0][i]; /* mean far above the deviation */
    rig_run(&rig, 8);
    for (size_t c = 0; c < image.c; c++) {
        double mean, m2;
        moments(&rig, rows, c, &mean, &m2);
        for (size_t row = 0; row < rows; row++) {
            const size_t i = row * image.c + c;
            const double want =
                (rig.x[0][i] - mean) / sqrt(m2 / (double)rows + 1e-5) * rig.layer.param[0][c] +
                rig.layer.param[1][c];
            rig_expect(rig.y + i, &want, 1, 1e-6);
        }
    }
    rig_release(&rig);
}

static void expect_statistics(struct rig *rig, size_t rows, double tolerance)
{
    rig->layer.ops->commit(&rig->layer);
    for (size_t c = 0; c < rig->layer.out.c; c++) {
        double mean, m2;
        moments(rig, rows, c, &mean, &m2);
        const double var = m2 / (double)(rows - 1);
        assert_true(fabs(rig->layer.buffer[0][c] - mean) < 1e-12 * (fabs(mean) + sqrt(var)));
        assert_true(fabs(rig->layer.buffer[1][c] / var - 1) < tolerance);
    }
}

static void bn_has_the_moments_of_any_number_of_channels(void **state)
{
    (void)state;
    const char *const arguments[] = {"momentum", "1", NULL};
    const size_t channels[] = {1, 2, 3, 10, 16, 17, 63, 64, 65, 127, 128, 129, 300};
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
        const struct ls_shape shape = {3, channels[i], 5, 31};
        struct rig rig;
        assert_int_equal(rig_plan(&rig, "bn", arguments, 1, &shape), LS_OK);
        rig_load(&rig, 2);
        rig_run(&rig, 1);
        expect_statistics(&rig, 2 * 5 * 31, 1e-12);
        rig_check_shards(&rig);
        rig_check_traits(&rig);
        rig_release(&rig);
    }
}

/* its shard's sums are taken around the first row */
static void bn_keeps_its_digits_when_the_first_row_is_far_from_all_others(void **state)
{
    (void)state;
    const char *const arguments[] = {"momentum", "1", NULL};
    const double distance[] = {1e3, 1e9, -1e15};
    for (int i = 0; i < 3; i++) {
        struct rig rig;
        assert_int_equal(rig_plan(&rig, "bn", arguments, 1, &(struct ls_shape){3, 2, 40, 50}),
                         LS_OK);
        rig_load(&rig, 3);
        rig.x[0][0] = rig.x[0][1] = distance[i];
        rig_run(&rig, 1);
        expect_statistics(&rig, 3 * 40 * 50, 1e-10);
        rig_release(&rig);
    }
}

static void bn_lets_nan_and_infinity_through(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct rig rig;
        assert_int_equal(rig_plan(&rig, "bn", NULL, 1, &image), LS_OK);
        rig_load(&rig, 4);
        rig.x[0][i * 7 * image.c] = i == 0 ? (real)INFINITY : (real)NAN;
        rig_run(&rig, 1);
        for (size_t j = 0; j < 4 * ls_shape_len(image); j++)
            assert_int_equal(isnan(rig.y[j]) != 0, j % image.c == 0);
        rig_release(&rig);
    }
}

static void bn_keeps_running_statistics_until_the_step_is_committed(void **state)
{
    (void)state;
    const char *const arguments[] = {"momentum", "0.25", NULL};
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "bn", arguments, 1, &image), LS_OK);
    rig_load(&rig, 7);
    const size_t rows = 7 * image.h * image.w;
    real before[2][3];
    for (int i = 0; i < 2; i++)
        memcpy(before[i], rig.layer.buffer[i], sizeof before[i]);
    rig_run(&rig, 3);
    for (int i = 0; i < 2; i++)
        assert_memory_equal(before[i], rig.layer.buffer[i], sizeof before[i]);
    rig.layer.ops->commit(&rig.layer);
    for (size_t c = 0; c < image.c; c++) {
        double mean, m2;
        moments(&rig, rows, c, &mean, &m2);
        const double want[] = {0.75 * before[0][c] + 0.25 * mean,
                               0.75 * before[1][c] + 0.25 * m2 / (double)(rows - 1)};
        rig_expect(rig.layer.buffer[0] + c, want, 1, 1e-13);
        rig_expect(rig.layer.buffer[1] + c, want + 1, 1, 1e-13);
    }
    rig_release(&rig);
}

static void bn_uses_running_statistics_at_evaluation(void **state)
{
    (void)state;
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "bn", NULL, 1, &(struct ls_shape){1, 2, 1, 1}), LS_OK);
    rig_load(&rig, 1);
    rig.training = false;
    memcpy(rig.x[0], (real[]){5, -1}, 2 * sizeof(real));
    memcpy(rig.layer.param[0], (real[]){2, 1}, 2 * sizeof(real));
    memcpy(rig.layer.param[1], (real[]){0.5, 0}, 2 * sizeof(real));
    memcpy(rig.layer.buffer[0], (real[]){1, 1}, 2 * sizeof(real));
    memcpy(rig.layer.buffer[1], (real[]){4 - 1e-5, 16 - 1e-5}, 2 * sizeof(real));
    rig_run(&rig, 1);
    rig_expect(rig.y, (double[]){4.5, -0.5}, 2, 1e-14);
    rig_release(&rig);
}

static void bn_needs_two_samples_only_where_a_sample_has_one_value_per_channel(void **state)
{
    (void)state;
    const struct ls_shape shapes[] = {image, {1, 4, 1, 1}, {3, 4, 1, 1}};
    const size_t least[] = {1, 2, 2};
    for (int i = 0; i < 3; i++) {
        struct rig rig;
        assert_int_equal(rig_plan(&rig, "bn", NULL, 1, &shapes[i]), LS_OK);
        assert_int_equal(rig.layer.ops->min_batch(&rig.layer), least[i]);
        rig_release(&rig);
    }
}

static void bn_starts_as_pytorch_does(void **state)
{
    (void)state;
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "bn", NULL, 1, &image), LS_OK);
    const struct ls_layer *layer = &rig.layer;
    assert_true(layer->params[0].init_value == 1 && layer->params[0].init_bound == 0);
    assert_true(layer->params[1].init_value == 0 && layer->params[1].init_bound == 0);
    assert_string_equal(layer->buffers[0].name, "running_mean");
    assert_string_equal(layer->buffers[1].name, "running_var");
    assert_true(layer->buffers[0].init_value == 0 && layer->buffers[1].init_value == 1);
    rig_release(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bn_matches_finite_differences_in_training),
        cmocka_unit_test(bn_matches_finite_differences_when_frozen),
        cmocka_unit_test(bn_normalises_by_the_biased_variance_of_the_whole_batch),
        cmocka_unit_test(bn_has_the_moments_of_any_number_of_channels),
        cmocka_unit_test(bn_keeps_its_digits_when_the_first_row_is_far_from_all_others),
        cmocka_unit_test(bn_lets_nan_and_infinity_through),
        cmocka_unit_test(bn_keeps_running_statistics_until_the_step_is_committed),
        cmocka_unit_test(bn_uses_running_statistics_at_evaluation),
        cmocka_unit_test(bn_needs_two_samples_only_where_a_sample_has_one_value_per_channel),
        cmocka_unit_test(bn_starts_as_pytorch_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
