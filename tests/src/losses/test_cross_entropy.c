/* cross_entropy against torch (float64), finite differences and saturation. */
#include <string.h>

#include "tests/src/losses/check.h"

#define WEIGHTS                                                                                    \
    list("class_weights", entry(NULL, "0.5"), entry(NULL, "2"), entry(NULL, "1.25"), NO_CHILD)
#define SMOOTHING entry("label_smoothing", "0.1")

static void cross_entropy_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.30374078103102925, 0.05278223330648012, -0.3565230143375093,
                                  -0.4969058573636,    0.03769437398149834, 0.4592114833821016};
    const struct ls_loss loss = planned(entry(NULL, "cross_entropy"));
    assert_torch(&loss, 3.1667653505537303, gradient);
}

static void cross_entropy_weights_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.43391540147289887, 0.07540319043782873,  -0.5093185919107276,
                                  -0.2839462042077714, 0.021539642275141907, 0.26240656193262946};
    const struct ls_loss loss =
        planned(map(NULL, map("cross_entropy", WEIGHTS, NO_CHILD), NO_CHILD));
    assert_torch(&loss, 2.3446231094920527, gradient);
}

static void cross_entropy_smoothing_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.2870741143643626,   0.036115566639813454, -0.323189681004176,
                                  -0.46357252403026666, 0.02102770731483167,  0.44254481671543494};
    const struct ls_loss loss =
        planned(map(NULL, map("cross_entropy", SMOOTHING, NO_CHILD), NO_CHILD));
    assert_torch(&loss, 3.0459320172203967, gradient);
}

static void cross_entropy_weights_and_smoothing_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.4243915919490895,   0.03730795234259066,   -0.4616995442916801,
                                  -0.26463337293417527, -0.013324649478824894, 0.27795802241300016};
    const struct ls_loss loss =
        planned(map(NULL, map("cross_entropy", WEIGHTS, SMOOTHING, NO_CHILD), NO_CHILD));
    assert_torch(&loss, 2.3792225152886184, gradient);
}

static void cross_entropy_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        entry(NULL, "cross_entropy"), map(NULL, map("cross_entropy", WEIGHTS, NO_CHILD), NO_CHILD),
        map(NULL, map("cross_entropy", SMOOTHING, NO_CHILD), NO_CHILD),
        map(NULL, map("cross_entropy", WEIGHTS, SMOOTHING, NO_CHILD), NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_loss loss = planned(nodes[i]);
        assert_slope(&loss, 1);
        assert_slope(&loss, 4);
    }
}

static void cross_entropy_is_finite_at_saturation(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        entry(NULL, "cross_entropy"), map(NULL, map("cross_entropy", WEIGHTS, NO_CHILD), NO_CHILD),
        map(NULL, map("cross_entropy", SMOOTHING, NO_CHILD), NO_CHILD),
        map(NULL, map("cross_entropy", WEIGHTS, SMOOTHING, NO_CHILD), NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_loss loss = planned(nodes[i]);
        assert_finite_at_saturation(&loss);
    }
}

static void cross_entropy_of_a_certain_prediction_keeps_its_digits(void **state)
{
    (void)state;
    const struct ls_loss loss = planned(entry(NULL, "cross_entropy"));
    const real z[K] = {0, -50, -60};
    real dz[K];
    double weight = 0;
    const double value = loss.ops->sample(&loss, z, 0, dz, &weight);
    const double others = exp(-50.0) + exp(-60.0);
    assert_close(value / others, 1, 1e-14);
    assert_close((double)dz[0] / -others, 1, 1e-14);
}

static void balanced_weights_are_n_over_k_times_the_class_count(void **state)
{
    (void)state;
    const uint64_t counts[K] = {6, 0, 3};
    const struct ls_node *node =
        map(NULL, map("cross_entropy", entry("class_weights", "balanced"), NO_CHILD), NO_CHILD);
    struct ls_loss loss;
    assert_int_equal(ls_loss_parse(&loss, node, &nodes_arena), LS_OK);
    assert_true(ls_loss_needs_counts(&loss));
    assert_int_equal(ls_loss_plan(&loss, K, counts, &nodes_arena), LS_OK);
    assert_close(loss.class_weight[0], 9.0 / (3 * 6), 0);
    assert_close(loss.class_weight[1], 0, 0);
    assert_close(loss.class_weight[2], 1, 0);
}

static void a_sample_of_weight_0_counts_for_nothing(void **state)
{
    (void)state;
    const struct ls_node *weights =
        list("class_weights", entry(NULL, "0"), entry(NULL, "1"), entry(NULL, "1"), NO_CHILD);
    const struct ls_loss loss =
        planned(map(NULL, map("cross_entropy", weights, NO_CHILD), NO_CHILD));
    real dz[K];
    double weight = 1;
    assert_true(loss.ops->sample(&loss, outputs, 0, dz, &weight) == 0);
    assert_true(weight == 0 && dz[0] == 0 && dz[1] == 0 && dz[2] == 0);
}

static void assert_refused(const struct ls_node *node, size_t k, const char *words)
{
    struct ls_loss loss;
    ls_status status = ls_loss_parse(&loss, node, &nodes_arena);
    if (status == LS_OK)
        status = ls_loss_plan(&loss, k, NULL, &nodes_arena);
    assert_int_equal(status, LS_USAGE);
    assert_non_null(strstr(ls_message(), words));
}

static void what_cannot_work_is_refused_with_a_hint(void **state)
{
    (void)state;
    assert_refused(entry(NULL, "cross_entropy"), 1, "dense: 2");
    assert_refused(entry(NULL, "cross_entropie"), 2, "cross_entropy");
    assert_refused(entry(NULL, "nonsense"), 2, "focal");
    assert_refused(map(NULL, map("focal", entry("class_weights", "even"), NO_CHILD), NO_CHILD), 2,
                   "balanced");
    assert_refused(map(NULL, map("cross_entropy", WEIGHTS, NO_CHILD), NO_CHILD), 2, "3 numbers");
    assert_refused(map(NULL, map("mse", entry("delta", "1"), NO_CHILD), NO_CHILD), 2, "delta");
    const struct ls_node *negative =
        list("class_weights", entry(NULL, "1"), entry(NULL, "-1"), NO_CHILD);
    assert_refused(map(NULL, map("focal", negative, NO_CHILD), NO_CHILD), 2, "-1");
    const struct ls_node *zeros =
        list("class_weights", entry(NULL, "0"), entry(NULL, "0"), NO_CHILD);
    assert_refused(map(NULL, map("focal", zeros, NO_CHILD), NO_CHILD), 2,
                   "all class_weights are 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cross_entropy_is_torch),
        cmocka_unit_test(cross_entropy_weights_is_torch),
        cmocka_unit_test(cross_entropy_smoothing_is_torch),
        cmocka_unit_test(cross_entropy_weights_and_smoothing_is_torch),
        cmocka_unit_test(cross_entropy_matches_finite_differences),
        cmocka_unit_test(cross_entropy_is_finite_at_saturation),
        cmocka_unit_test(cross_entropy_of_a_certain_prediction_keeps_its_digits),
        cmocka_unit_test(balanced_weights_are_n_over_k_times_the_class_count),
        cmocka_unit_test(a_sample_of_weight_0_counts_for_nothing),
        cmocka_unit_test(what_cannot_work_is_refused_with_a_hint),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
