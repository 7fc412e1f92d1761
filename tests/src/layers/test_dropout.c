#include "tests/src/layers/rig.h"

#include <stdlib.h>

#include "src/base/philox.h"

static const struct ls_shape features = {1, 1003, 1, 1};
static const char *const quarter[] = {"p", "0.25", NULL};

static void dropout_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_shape image = {3, 3, 5, 3};
    rig_check("dropout", NULL, 1, &image, 7, image);
    rig_check("dropout", quarter, 1, &features, 3, features);
}

static void dropout_drops_a_share_p_and_scales_the_others(void **state)
{
    (void)state;
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "dropout", quarter, 1, &features), LS_OK);
    rig_load(&rig, 20);
    rig_run(&rig, 3);
    const size_t len = 20 * features.c;
    size_t dropped = 0;
    for (size_t i = 0; i < len; i++) {
        const bool is_dropped = rig.y[i] == 0;
        const double want = is_dropped ? 0 : rig.x[0][i] / 0.75;
        dropped += is_dropped;
        rig_expect(rig.y + i, &want, 1, 1e-14);
    }
    /* six standard deviations of a binomial */
    assert_true(fabs((double)dropped / (double)len - 0.25) < 6 * sqrt(0.25 * 0.75 / (double)len));
    rig_release(&rig);
}

static void dropout_draws_another_mask_for_each_sample_and_step(void **state)
{
    (void)state;
    struct rig rig;
    assert_int_equal(rig_plan(&rig, "dropout", NULL, 1, &features), LS_OK);
    rig_load(&rig, 2);
    size_t same_sample = 0, same_step = 0;
    bool kept[1003];
    rig_run(&rig, 1);
    for (size_t i = 0; i < features.c; i++) {
        kept[i] = rig.y[i] != 0;
        same_sample += kept[i] == (rig.y[features.c + i] != 0);
    }
    rig.step++;
    rig_run(&rig, 1);
    for (size_t i = 0; i < features.c; i++)
        same_step += kept[i] == (rig.y[i] != 0);
    assert_in_range(same_sample, 400, 600);
    assert_in_range(same_step, 400, 600);
    rig_release(&rig);
}

static void dropout_keeps_an_element_where_its_uniform_number_is_at_least_p(void **state)
{
    (void)state;
    const char *const shares[] = {"1e-9", "0.25", "0.3", "0.5", "0.99999994", "0.99999999"};
    for (size_t s = 0; s < sizeof shares / sizeof *shares; s++) {
        const char *const arguments[] = {"p", shares[s], NULL};
        struct rig rig;
        assert_int_equal(rig_plan(&rig, "dropout", arguments, 1, &features), LS_OK);
        rig_load(&rig, 6);
        rig_run(&rig, 3);
        const uint64_t stream = ls_stream(LS_DRAW_DROPOUT, (uint32_t)rig.layer.number, rig.step);
        for (uint64_t sample = 0; sample < 6; sample++)
            for (uint64_t i = 0; i < features.c; i++) {
                const uint32_t word = ls_philox(11, stream, sample << 32 | i / 4).word[i % 4];
                const bool kept = (double)ls_uniform(word) >= strtod(shares[s], NULL);
                assert_int_equal(rig.y[sample * features.c + i] != 0, kept);
            }
        rig_release(&rig);
    }
}

static void dropout_copies_at_evaluation_and_with_p_0(void **state)
{
    (void)state;
    const char *const none[] = {"p", "0", NULL};
    for (int i = 0; i < 2; i++) {
        struct rig rig;
        assert_int_equal(rig_plan(&rig, "dropout", i ? none : quarter, 1, &features), LS_OK);
        rig_load(&rig, 2);
        rig.training = i == 1;
        rig_run(&rig, 3);
        assert_memory_equal(rig.y, rig.x[0], 2 * features.c * sizeof(real));
        assert_memory_equal(rig.dx[0], rig.dy, 2 * features.c * sizeof(real));
        rig_release(&rig);
    }
}

static void dropout_refuses_to_drop_everything(void **state)
{
    (void)state;
    const char *const all[] = {"p", "1", NULL};
    rig_check_refusal("dropout", all, 1, &features,
                      "p must be below 1, got 1: nothing would be left");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dropout_matches_finite_differences),
        cmocka_unit_test(dropout_drops_a_share_p_and_scales_the_others),
        cmocka_unit_test(dropout_draws_another_mask_for_each_sample_and_step),
        cmocka_unit_test(dropout_keeps_an_element_where_its_uniform_number_is_at_least_p),
        cmocka_unit_test(dropout_copies_at_evaluation_and_with_p_0),
        cmocka_unit_test(dropout_refuses_to_drop_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
