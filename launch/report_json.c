/* What an evaluation found, as JSON. */
#include <string.h>

#include "launch/json.h"
#include "launch/report.h"

void ls_report_json_metrics(const struct ls_report *report, FILE *file)
{
    const struct ls_measures *const measures = &report->evaluation->measures;
    (void)fputs(", ", file);
    ls_json_number(file, "loss", report->evaluation->loss);
    for (const struct ls_metric_ops *const *m = report->metrics; *m; m++)
        if (ls_metric_is_known(*m, report->kind, measures)) {
            (void)fputs(", ", file);
            ls_json_number(file, (*m)->name, ls_metric_value(*m, report->kind, measures));
        }
}

static bool has_own_name(const struct ls_session *s, size_t c)
{
    for (size_t other = 0; other < s->n_classes; other++)
        if (other != c && strcmp(s->class_names[c], s->class_names[other]) == 0)
            return false;
    return true;
}

static void put_class_name(const struct ls_session *s, size_t c, FILE *file)
{
    if (c < s->n_classes && has_own_name(s, c))
        ls_json_string(file, s->class_names[c]);
    else
        (void)fprintf(file, "\"%zu\"", c);
}

static void put_class(const struct ls_report *report, size_t c, FILE *file)
{
    const struct ls_measures *const measures = &report->evaluation->measures;
    const struct ls_class_figures found = ls_metrics_class(report->kind, measures, c);
    const struct {
        const char *key;
        double value;
        bool known;
    } figures[] = {{"precision", found.precision, true},
                   {"recall", found.recall, true},
                   {"f1", found.f1, true},
                   {"support", found.support, true},
                   {"auroc", found.auroc, measures->rankings != NULL},
                   {"average_precision", found.average_precision, measures->rankings != NULL}};
    put_class_name(report->session, c, file);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (figures[i].known) {
            (void)fputs(i == 0 ? ": {" : ", ", file);
            ls_json_number(file, figures[i].key, figures[i].value);
        }
    (void)fputc('}', file);
}

static void put_matrix(const struct ls_measures *measures, FILE *file)
{
    const size_t k = measures->k;
    (void)fputs(", \"confusion\": [", file);
    for (size_t i = 0; i < k * k; i++)
        (void)fprintf(file, "%s%s%.0f%s", i == 0 ? "" : ", ", i % k == 0 ? "[" : "",
                      measures->counts[i], i % k == k - 1 ? "]" : "");
    (void)fputc(']', file);
}

void ls_report_json_classes(const struct ls_report *report, FILE *file)
{
    const struct ls_measures *const measures = &report->evaluation->measures;
    if (report->kind == LS_METRIC_VALUES || !measures->counts)
        return;
    (void)fputs(", \"classes\": {", file);
    for (size_t c = 0; c < measures->k; c++) {
        (void)fputs(c == 0 ? "" : ", ", file);
        put_class(report, c, file);
    }
    (void)fputc('}', file);
    if (report->kind == LS_METRIC_CLASSES && measures->k <= LS_REPORT_MATRIX)
        put_matrix(measures, file);
}
