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

static double metric(const char *name, enum ls_metric_kind kind, size_t k, const double *sums)
{
    const struct ls_metric_ops *chosen = NULL;
    assert_int_equal(ls_metric_choose(name, kind, NULL, &chosen), LS_OK);
    return ls_metric_value(chosen, kind, k, sums);
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
    const double sums[K * K] = {0};
    static const enum ls_metric_kind kinds[] = {LS_METRIC_CLASSES, LS_METRIC_LABELS,
                                                LS_METRIC_VALUES};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (const struct ls_metric_ops *const *each = ls_metrics; *each; each++)
            if ((*each)->value[kinds[i]])
                assert_true(isnan(ls_metric_value(*each, kinds[i], K, sums)));
}

static void errors_are_better_when_lower(void **state)
{
    (void)state;
    assert_true(ls_metric_find("accuracy")->higher_is_better);
    assert_true(ls_metric_find("macro_f1")->higher_is_better);
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
        cmocka_unit_test(any_split_of_the_samples_gives_the_same_sums),
        cmocka_unit_test(metrics_of_labels_have_their_known_values),
        cmocka_unit_test(metrics_of_values_have_their_known_values),
        cmocka_unit_test(no_samples_have_no_metric),
        cmocka_unit_test(errors_are_better_when_lower),
        cmocka_unit_test(a_wrong_metric_is_refused_with_what_there_is),
        cmocka_unit_test(the_loss_tells_what_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
