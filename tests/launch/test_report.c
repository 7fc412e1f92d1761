#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launch/report.h"

/* What the report says, into text. */
static void report(const struct ls_session *session, enum ls_metric_kind kind, const double *sums,
                   char *text, size_t bytes)
{
    const struct ls_evaluation evaluation = {.loss = 0.5, .sums = sums};
    FILE *const file = tmpfile();
    assert_non_null(file);
    ls_report(file, session, kind, &evaluation);
    rewind(file);
    text[fread(text, 1, bytes - 1, file)] = '\0';
    (void)fclose(file);
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
        cmocka_unit_test(values_have_metrics_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
