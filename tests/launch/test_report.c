#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launch/report.h"

/* What a file was written, into text. */
static void take(FILE *file, char *text, size_t bytes)
{
    rewind(file);
    text[fread(text, 1, bytes - 1, file)] = '\0';
    (void)fclose(file);
}

static void report(const struct ls_session *session, enum ls_metric_kind kind, const double *counts,
                   char *text, size_t bytes)
{
    const struct ls_evaluation evaluation = {.loss = 0.5,
                                             .measures = {.k = session->loss.k, .counts = counts}};
    const struct ls_report reported = {session, kind, &evaluation, ls_metrics};
    FILE *const file = tmpfile();
    assert_non_null(file);
    ls_report_print(&reported, file);
    take(file, text, bytes);
}

static void classes_have_their_rows_and_the_matrix(void **state)
{
    (void)state;
    static const char *const names[] = {"cat", "small dog"};
    struct ls_session session = {.n_classes = 2, .class_names = names};
    session.loss.k = 3;
    const double sums[] = {8, 2, 0, 1, 9, 0, 0, 0, 0}; /* nothing is of the third class */
    char text[4096];
    report(&session, LS_METRIC_CLASSES, sums, text, sizeof text);
    assert_non_null(strstr(text, "  loss               0.5\n"));
    assert_non_null(strstr(text, "  accuracy           0.85\n"));
    assert_non_null(strstr(text, "  class      precision  recall      F1   support\n"
                                 "  cat           0.8889  0.8000  0.8421        10\n"
                                 "  small dog     0.8182  0.9000  0.8571        10\n"
                                 "  2             0.0000  0.0000  0.0000         0\n"));
    assert_non_null(strstr(text, "                 0      1      2\n"
                                 "  cat            8      2      0\n"
                                 "  small dog      1      9      0\n"
                                 "  2              0      0      0\n"));
}

static void labels_have_rows_and_no_matrix(void **state)
{
    (void)state;
    struct ls_session session = {0};
    session.loss.k = 2;
    const double sums[] = {3, 1, 1, 5, 0, 0, 2, 8};
    char text[4096];
    report(&session, LS_METRIC_LABELS, sums, text, sizeof text);
    assert_non_null(strstr(text, "  0         0.7500  0.7500  0.7500         4\n"
                                 "  1         0.0000  0.0000  0.0000         2\n"));
    assert_null(strstr(text, "confusion"));
}

static void rankings_have_columns_and_a_dash_where_there_is_none(void **state)
{
    (void)state;
    struct ls_session session = {0};
    session.loss.k = 2;
    const double counts[] = {4, 0, 0, 0};
    const struct ls_ranking rankings[] = {
        {.positives = 4, .negatives = 0, .auroc = NAN, .average_precision = 1},
        {.positives = 0, .negatives = 4, .auroc = NAN, .average_precision = NAN}};
    const struct ls_evaluation evaluation = {
        .loss = 0.5, .spoilt = 2, .measures = {.k = 2, .counts = counts, .rankings = rankings}};
    const struct ls_report reported = {&session, LS_METRIC_CLASSES, &evaluation, ls_metrics};
    FILE *const file = tmpfile();
    char text[4096];
    ls_report_print(&reported, file);
    take(file, text, sizeof text);
    assert_non_null(strstr(text, "  warning: the model's outputs for 2 samples are no numbers"));
    assert_non_null(strstr(text, "  class  precision  recall      F1   AUROC      AP   support\n"
                                 "  0         1.0000  1.0000  1.0000       -  1.0000         4\n"
                                 "  1         0.0000  0.0000  0.0000       -       -         0\n"));
}

static void long_names_are_cut_between_characters_and_stay_in_line(void **state)
{
    (void)state;
    static const char *const names[] = {"\u03b1\u03b2\u03b3",
                                        "a name of more than twenty-four characters",
                                        "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"
                                        "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"
                                        "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"};
    struct ls_session session = {.n_classes = 3, .class_names = names};
    session.loss.k = 3;
    const double sums[9] = {1};
    char text[4096];
    report(&session, LS_METRIC_CLASSES, sums, text, sizeof text);
    assert_non_null(strstr(text, "\n  \u03b1\u03b2\u03b3                          1.0000"));
    assert_non_null(strstr(text, "\n  a name of more than tw..     0.0000"));
    assert_non_null(strstr(text,
                           "\n  \u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"
                           "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"
                           "..     0.0000"));
}

static void a_matrix_of_more_than_20_classes_is_left_out(void **state)
{
    (void)state;
    enum { MOST = LS_REPORT_MATRIX + 1 };
    struct ls_session session = {0};
    static const double sums[MOST * MOST];
    char text[8192];
    session.loss.k = LS_REPORT_MATRIX;
    report(&session, LS_METRIC_CLASSES, sums, text, sizeof text);
    assert_non_null(strstr(text, "confusion"));
    session.loss.k = MOST;
    report(&session, LS_METRIC_CLASSES, sums, text, sizeof text);
    assert_null(strstr(text, "confusion"));
}

static void json_names_classes_and_numbers_those_without_a_name_of_their_own(void **state)
{
    (void)state;
    static const char *const names[] = {"a \"b\"\\\n", "twin", "twin"};
    struct ls_session session = {.n_classes = 3, .class_names = names};
    const double counts[16] = {2, 1, 0, 0, 0, 3};
    const struct ls_evaluation evaluation = {.loss = NAN, .measures = {.k = 4, .counts = counts}};
    const struct ls_metric_ops *const metrics[] = {ls_metric_find("accuracy"),
                                                   ls_metric_find("auroc"), NULL};
    const struct ls_report reported = {&session, LS_METRIC_CLASSES, &evaluation, metrics};
    FILE *const file = tmpfile();
    char text[4096];
    struct ls_json json = {.file = file};
    ls_json_open(&json, NULL, '{');
    ls_report_json_metrics(&reported, &json);
    ls_report_json_classes(&reported, &json);
    ls_json_close(&json, '}');
    take(file, text, sizeof text);
    assert_string_equal(
        text, "{\"loss\": null, \"accuracy\": 0.833333333, \"classes\": {"
              "\"a \\\"b\\\"\\\\\\u000a\": {\"precision\": 1, \"recall\": 0.666666667, "
              "\"f1\": 0.8, \"support\": 3}, "
              "\"1\": {\"precision\": 0.75, \"recall\": 1, \"f1\": 0.857142857, \"support\": 3}, "
              "\"2\": {\"precision\": 0, \"recall\": 0, \"f1\": 0, \"support\": 0}, "
              "\"3\": {\"precision\": 0, \"recall\": 0, \"f1\": 0, \"support\": 0}}, "
              "\"confusion\": [[2, 1, 0, 0], [0, 3, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]}");
}

static void values_have_metrics_only(void **state)
{
    (void)state;
    struct ls_session session = {0};
    session.loss.k = 1;
    const double sums[] = {4, 2, 4};
    char text[4096];
    report(&session, LS_METRIC_VALUES, sums, text, sizeof text);
    assert_non_null(strstr(text, "  mae                0.5\n"));
    assert_non_null(strstr(text, "  rmse               1\n"));
    assert_null(strstr(text, "class"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_have_their_rows_and_the_matrix),
        cmocka_unit_test(labels_have_rows_and_no_matrix),
        cmocka_unit_test(rankings_have_columns_and_a_dash_where_there_is_none),
        cmocka_unit_test(long_names_are_cut_between_characters_and_stay_in_line),
        cmocka_unit_test(a_matrix_of_more_than_20_classes_is_left_out),
        cmocka_unit_test(json_names_classes_and_numbers_those_without_a_name_of_their_own),
        cmocka_unit_test(values_have_metrics_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
