/* Metrics from counts: known values, any split of the samples, and what applies to what. */
#include <string.h>

#include "src/metrics/metrics.h"
#include "src/tree/fold.h"
#include "tests/src/close.h"
#include "tests/src/nodes.h"

enum { N = 7, K = 4 };

/* predicted 0 1 1 0 2 2 0; class 3 occurs nowhere */
static const real outputs[N * K] = {5, 1, 1, 0, 0, 3, 1, 0, -2, -1, -5, -3, 1, 1, 0, 0, /* a tie */
                                    0, 0, 9, 0, 1, 2, 3, 0, 2,  1,  0,  1};
static const int32_t classes[N] = {0, 1, 1, 0, 0, 1, 0};

static double measured(const char *name, enum ls_metric_kind kind,
                       const struct ls_measures *measures)
{
    const struct ls_metric_ops *chosen = NULL;
    assert_int_equal(ls_metric_choose(name, kind, NULL, &chosen), LS_OK);
    return ls_metric_value(chosen, kind, measures);
}

static double metric(const char *name, enum ls_metric_kind kind, size_t k, const double *counts)
{
    return measured(name, kind, &(struct ls_measures){.k = k, .counts = counts});
}

static void classes_are_counted_by_truth_and_first_largest_output(void **state)
{
    (void)state;
    double sums[K * K] = {0};
    ls_metrics_add(LS_METRIC_CLASSES, K, N, outputs, (struct ls_targets){.classes = classes}, sums);
    const double expected[K * K] = {3, 0, 1, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    assert_int_equal(ls_metrics_len(LS_METRIC_CLASSES, K), K * K);
    assert_memory_equal(sums, expected, sizeof expected);
}

static void metrics_of_classes_have_their_known_values(void **state)
{
    (void)state;
    double sums[K * K] = {0};
    ls_metrics_add(LS_METRIC_CLASSES, K, N, outputs, (struct ls_targets){.classes = classes}, sums);
    assert_close(metric("accuracy", LS_METRIC_CLASSES, K, sums), 5.0 / 7, 1e-15);
    /* recall 3/4 and 2/3; class 2 has no sample */
    assert_close(metric("balanced_accuracy", LS_METRIC_CLASSES, K, sums), (3.0 / 4 + 2.0 / 3) / 2,
                 1e-15);
    /* F1 6/7, 4/5, and 0 of class 2, which was only predicted */
    assert_close(metric("macro_f1", LS_METRIC_CLASSES, K, sums), (6.0 / 7 + 4.0 / 5 + 0) / 3,
                 1e-15);
    /* 4 and 3 samples */
    assert_close(metric("weighted_f1", LS_METRIC_CLASSES, K, sums), (4 * 6.0 / 7 + 3 * 0.8) / 7,
                 1e-15);
    /* by chance 4/7 of 3/7 and 3/7 of 2/7 */
    assert_close(metric("kappa", LS_METRIC_CLASSES, K, sums),
                 (5.0 / 7 - 18.0 / 49) / (1 - 18.0 / 49), 1e-15);
}

static void kappa_is_1_for_all_right_0_by_chance_and_unknown_for_one_class(void **state)
{
    (void)state;
    const double right[] = {5, 0, 0, 3}, chance[] = {4, 8, 2, 4}, one[] = {9, 0, 0, 0};
    const double wrong[] = {0, 4, 4, 0};
    assert_true(metric("kappa", LS_METRIC_CLASSES, 2, right) == 1);
    assert_true(metric("kappa", LS_METRIC_CLASSES, 2, chance) == 0);
    assert_true(metric("kappa", LS_METRIC_CLASSES, 2, wrong) == -1);
    assert_true(isnan(metric("kappa", LS_METRIC_CLASSES, 2, one)));
}

static void a_class_has_its_figures_and_0_where_nothing_is_predicted(void **state)
{
    (void)state;
    double sums[K * K] = {0};
    ls_metrics_add(LS_METRIC_CLASSES, K, N, outputs, (struct ls_targets){.classes = classes}, sums);
    const struct ls_measures measures = {.k = K, .counts = sums};
    const struct ls_class_figures zero = ls_metrics_class(LS_METRIC_CLASSES, &measures, 0);
    assert_close(zero.precision, 1, 0);
    assert_close(zero.recall, 0.75, 0);
    assert_close(zero.f1, 6.0 / 7, 1e-16);
    assert_close(zero.support, 4, 0);
    assert_true(isnan(zero.auroc) && isnan(zero.average_precision));
    const struct ls_class_figures absent = ls_metrics_class(LS_METRIC_CLASSES, &measures, 3);
    assert_true(absent.precision == 0 && absent.recall == 0 && absent.f1 == 0);
    assert_true(absent.support == 0);
}

static void scores_are_probabilities_however_large_the_outputs(void **state)
{
    (void)state;
    const real z[] = {LS_R(1000), LS_R(1000), LS_R(-1000)}, logits[] = {0, 200, -200};
    float scores[3];
    ls_metrics_scores(LS_METRIC_CLASSES, 3, z, scores);
    assert_true(scores[0] == 0.5f && scores[1] == 0.5f && scores[2] == 0);
    ls_metrics_scores(LS_METRIC_LABELS, 3, logits, scores);
    assert_true(scores[0] == 0.5f && scores[1] == 1 && scores[2] < 1e-38f);
    const real spoilt[] = {1, (real)NAN, 2};
    ls_metrics_scores(LS_METRIC_CLASSES, 3, spoilt, scores);
    assert_true(isnan(scores[0]) && isnan(scores[1]) && isnan(scores[2]));
}

static void calibration_error_is_the_distance_in_each_bin(void **state)
{
    (void)state;
    /* confidence 0.75 (bin 12 of 15), right 3 times of 4; 0.5 (bin 8), right 2 times of 2; 1.0 in
     * the last bin, wrong */
    const real sure = LS_R(1.0986122886681098), z[][2] = {{0, sure}, {1, 1}, {0, 300}};
    static const int predictions[] = {0, 0, 0, 0, 1, 1, 2};
    static const int32_t truths[] = {1, 1, 0, 1, 0, 0, 0};
    double counts[4] = {0}, bins[LS_BINS * LS_BIN_SUMS] = {0};
    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
        float scores[2];
        ls_metrics_scores(LS_METRIC_CLASSES, 2, z[predictions[i]], scores);
        ls_metrics_add_bins(LS_METRIC_CLASSES, 2, z[predictions[i]], scores, truths[i], NULL, bins);
    }
    const struct ls_measures measures = {.k = 2, .counts = counts, .bins = bins};
    assert_true(bins[11 * LS_BIN_SUMS + LS_BIN_COUNT] == 4);
    assert_true(bins[7 * LS_BIN_SUMS + LS_BIN_COUNT] == 2);
    assert_true(bins[14 * LS_BIN_SUMS + LS_BIN_COUNT] == 1);
    assert_close(measured("calibration_error", LS_METRIC_CLASSES, &measures),
                 (4 * 0.0 + 2 * 0.5 + 1 * 1.0) / 7, 1e-7);
}

static void a_label_that_is_not_predicted_is_trusted_by_1_minus_its_score(void **state)
{
    (void)state;
    const real z[] = {LS_R(-1.0986122886681098), LS_R(1.0986122886681098)}, y[] = {0, 0};
    double bins[LS_BINS * LS_BIN_SUMS] = {0};
    float scores[2];
    ls_metrics_scores(LS_METRIC_LABELS, 2, z, scores);
    ls_metrics_add_bins(LS_METRIC_LABELS, 2, z, scores, 0, y, bins);
    const double *const bin = bins + 11 * LS_BIN_SUMS;
    assert_true(bin[LS_BIN_COUNT] == 2 && bin[LS_BIN_RIGHT] == 1);
    assert_close(bin[LS_BIN_CONFIDENCE], 1.5, 1e-7);
}

static void rankings_are_of_class_1_of_2_else_the_mean_of_those_that_have_both(void **state)
{
    (void)state;
    const struct ls_ranking rankings[] = {
        {.positives = 1, .negatives = 3, .auroc = 0.25, .average_precision = 0.5},
        {.positives = 3, .negatives = 1, .auroc = 0.75, .average_precision = 1},
        {.positives = 0, .negatives = 4, .auroc = NAN, .average_precision = NAN},
        {.positives = 4, .negatives = 0, .auroc = NAN, .average_precision = 1}};
    const double counts[K * K] = {0};
    struct ls_measures measures = {.k = 2, .counts = counts, .rankings = rankings};
    assert_true(measured("auroc", LS_METRIC_CLASSES, &measures) == 0.75);
    assert_true(measured("average_precision", LS_METRIC_CLASSES, &measures) == 1);
    assert_true(measured("auroc", LS_METRIC_LABELS, &measures) == 0.5);
    measures.k = K;
    assert_true(measured("auroc", LS_METRIC_CLASSES, &measures) == 0.5);
    assert_true(measured("average_precision", LS_METRIC_LABELS, &measures) == 0.75);
    measures.k = 1;
    measures.rankings = rankings + 3;
    assert_true(isnan(measured("average_precision", LS_METRIC_LABELS, &measures)));
}

static void any_split_of_the_samples_gives_the_same_sums(void **state)
{
    (void)state;
    double whole[K * K] = {0};
    ls_metrics_add(LS_METRIC_CLASSES, K, N, outputs, (struct ls_targets){.classes = classes},
                   whole);
    for (size_t cut = 0; cut <= N; cut++) {
        double left[K * K] = {0}, right[K * K] = {0};
        ls_metrics_add(LS_METRIC_CLASSES, K, cut, outputs, (struct ls_targets){.classes = classes},
                       left);
        ls_metrics_add(LS_METRIC_CLASSES, K, N - cut, outputs + cut * K,
                       (struct ls_targets){.classes = classes + cut}, right);
        ls_merge_sum(left, right, K * K);
        assert_memory_equal(left, whole, sizeof whole);
    }
}

static void metrics_of_labels_have_their_known_values(void **state)
{
    (void)state;
    enum { SAMPLES = 3, LABELS = 3 };
    const real z[SAMPLES * LABELS] = {1, -1, -1, 2, 0, -3, -1, 4, -2};
    const real y[SAMPLES * LABELS] = {1, 0, 0, 0, 1, 0, 1, 1, 0};
    double sums[LABELS * LS_LABEL_COUNTS] = {0};
    assert_int_equal(ls_metrics_len(LS_METRIC_LABELS, LABELS), LABELS * LS_LABEL_COUNTS);
    ls_metrics_add(LS_METRIC_LABELS, LABELS, SAMPLES, z, (struct ls_targets){.values = y}, sums);
    const double expected[] = {1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 3};
    assert_memory_equal(sums, expected, sizeof expected);
    assert_close(metric("accuracy", LS_METRIC_LABELS, LABELS, sums), 6.0 / 9, 1e-15);
    /* F1 2/4, 2/3, and 0 of a label that never occurs */
    assert_close(metric("macro_f1", LS_METRIC_LABELS, LABELS, sums), (0.5 + 2.0 / 3 + 0) / 3,
                 1e-15);
    /* borne by 2, 2 and no samples */
    assert_close(metric("weighted_f1", LS_METRIC_LABELS, LABELS, sums), (2 * 0.5 + 2 * 2.0 / 3) / 4,
                 1e-15);
    const double none[] = {0, 3, 0, 5};
    assert_true(metric("weighted_f1", LS_METRIC_LABELS, 1, none) == 0);
}

static void metrics_of_values_have_their_known_values(void **state)
{
    (void)state;
    const real z[] = {1, 2, 3, 4}, y[] = {2, 2, 0, 8};
    double sums[LS_VALUE_SUMS] = {0};
    assert_int_equal(ls_metrics_len(LS_METRIC_VALUES, 2), LS_VALUE_SUMS);
    ls_metrics_add(LS_METRIC_VALUES, 2, 2, z, (struct ls_targets){.values = y}, sums);
    assert_close(metric("mae", LS_METRIC_VALUES, 2, sums), 2, 1e-15);
    assert_close(metric("rmse", LS_METRIC_VALUES, 2, sums), sqrt(26.0 / 4), 1e-15);
}

static void no_samples_have_no_metric(void **state)
{
    (void)state;
    const double sums[K * K] = {0}, bins[LS_BINS * LS_BIN_SUMS] = {0};
    const struct ls_ranking rankings[K] = {{0}};
    const struct ls_measures measures = {
        .k = K, .counts = sums, .bins = bins, .rankings = rankings};
    static const enum ls_metric_kind kinds[] = {LS_METRIC_CLASSES, LS_METRIC_LABELS,
                                                LS_METRIC_VALUES};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (const struct ls_metric_ops *const *each = ls_metrics; *each; each++)
            if ((*each)->value[kinds[i]])
                assert_true(isnan(ls_metric_value(*each, kinds[i], &measures)));
}

static void what_is_not_measured_is_not_known(void **state)
{
    (void)state;
    const double sums[K * K] = {0}, bins[LS_BINS * LS_BIN_SUMS] = {0};
    const struct ls_ranking rankings[K] = {{0}};
    struct ls_measures measures = {.k = K, .counts = sums};
    const struct ls_metric_ops *const accuracy = ls_metric_find("accuracy");
    const struct ls_metric_ops *const auroc = ls_metric_find("auroc");
    const struct ls_metric_ops *const error = ls_metric_find("calibration_error");
    assert_true(ls_metric_is_known(accuracy, LS_METRIC_CLASSES, &measures));
    assert_false(ls_metric_is_known(accuracy, LS_METRIC_VALUES, &measures));
    assert_false(ls_metric_is_known(auroc, LS_METRIC_CLASSES, &measures));
    assert_false(ls_metric_is_known(error, LS_METRIC_CLASSES, &measures));
    measures.bins = bins;
    assert_true(ls_metric_is_known(error, LS_METRIC_CLASSES, &measures));
    measures.rankings = rankings;
    assert_true(ls_metric_is_known(auroc, LS_METRIC_CLASSES, &measures));
    assert_int_equal(ls_metrics_wants(LS_METRIC_LABELS),
                     LS_WANT_COUNTS | LS_WANT_BINS | LS_WANT_RANKINGS);
    assert_int_equal(ls_metrics_wants(LS_METRIC_VALUES), LS_WANT_COUNTS);
}

static void errors_are_better_when_lower(void **state)
{
    (void)state;
    assert_true(ls_metric_find("accuracy")->higher_is_better);
    assert_true(ls_metric_find("macro_f1")->higher_is_better);
    assert_true(ls_metric_find("auroc")->higher_is_better);
    assert_true(ls_metric_find("kappa")->higher_is_better);
    assert_false(ls_metric_find("calibration_error")->higher_is_better);
    assert_false(ls_metric_find("mae")->higher_is_better);
    assert_false(ls_metric_find("rmse")->higher_is_better);
    assert_null(ls_metric_find("loss"));
}

static void a_wrong_metric_is_refused_with_what_there_is(void **state)
{
    (void)state;
    const struct ls_metric_ops *chosen = NULL;
    assert_int_equal(ls_metric_choose("acuracy", LS_METRIC_CLASSES, NULL, &chosen), LS_USAGE);
    assert_non_null(strstr(ls_message(), "\"accuracy\""));
    assert_int_equal(ls_metric_choose("mae", LS_METRIC_CLASSES, NULL, &chosen), LS_USAGE);
    assert_non_null(strstr(ls_message(), "balanced_accuracy"));
    assert_int_equal(ls_metric_choose("precision", LS_METRIC_VALUES, NULL, &chosen), LS_USAGE);
    assert_non_null(strstr(ls_message(), "rmse"));
}

static void the_loss_tells_what_is_measured(void **state)
{
    (void)state;
    static const char *const kinds[] = {"focal", "bce", "huber"};
    static const enum ls_metric_kind expected[] = {LS_METRIC_CLASSES, LS_METRIC_LABELS,
                                                   LS_METRIC_VALUES};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct ls_loss loss;
        assert_int_equal(ls_loss_parse(&loss, entry(NULL, kinds[i]), &nodes_arena), LS_OK);
        assert_int_equal(ls_metric_kind(&loss), expected[i]);
    }
    ls_arena_release(&nodes_arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_are_counted_by_truth_and_first_largest_output),
        cmocka_unit_test(metrics_of_classes_have_their_known_values),
        cmocka_unit_test(kappa_is_1_for_all_right_0_by_chance_and_unknown_for_one_class),
        cmocka_unit_test(a_class_has_its_figures_and_0_where_nothing_is_predicted),
        cmocka_unit_test(scores_are_probabilities_however_large_the_outputs),
        cmocka_unit_test(calibration_error_is_the_distance_in_each_bin),
        cmocka_unit_test(a_label_that_is_not_predicted_is_trusted_by_1_minus_its_score),
        cmocka_unit_test(rankings_are_of_class_1_of_2_else_the_mean_of_those_that_have_both),
        cmocka_unit_test(any_split_of_the_samples_gives_the_same_sums),
        cmocka_unit_test(metrics_of_labels_have_their_known_values),
        cmocka_unit_test(metrics_of_values_have_their_known_values),
        cmocka_unit_test(no_samples_have_no_metric),
        cmocka_unit_test(what_is_not_measured_is_not_known),
        cmocka_unit_test(errors_are_better_when_lower),
        cmocka_unit_test(a_wrong_metric_is_refused_with_what_there_is),
        cmocka_unit_test(the_loss_tells_what_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
