/* What an evaluation found, as JSON. */
#include <string.h>

#include "launch/report.h"

void ls_report_json_metrics(const struct ls_report *report, struct ls_json *json)
{
    const struct ls_measures *const measures = &report->evaluation->measures;
    ls_json_number(json, "loss", report->evaluation->loss);
    for (const struct ls_metric_ops *const *m = report->metrics; *m; m++)
        if (ls_metric_is_known(*m, report->kind, measures))
            ls_json_number(json, (*m)->name, ls_metric_value(*m, report->kind, measures));
}

static bool has_own_name(const struct ls_session *s, size_t c)
{
    if (c >= s->n_classes)
        return false;
    for (size_t other = 0; other < s->n_classes; other++)
        if (other != c && strcmp(s->class_names[c], s->class_names[other]) == 0)
            return false;
    return true;
}

static void put_class(const struct ls_report *report, size_t c, struct ls_json *json)
{
    const struct ls_measures *const measures = &report->evaluation->measures;
    const struct ls_class_figures found = ls_metrics_class(report->kind, measures, c);
    char number[32];
    (void)snprintf(number, sizeof number, "%zu", c);
    ls_json_open(json, has_own_name(report->session, c) ? report->session->class_names[c] : number,
                 '{');
    ls_json_number(json, "precision", found.precision);
    ls_json_number(json, "recall", found.recall);
    ls_json_number(json, "f1", found.f1);
    ls_json_number(json, "support", found.support);
    if (measures->rankings) {
        ls_json_number(json, "auroc", found.auroc);
        ls_json_number(json, "average_precision", found.average_precision);
    }
    ls_json_close(json, '}');
}

static void put_matrix(const struct ls_measures *measures, struct ls_json *json)
{
    const size_t k = measures->k;
    ls_json_open(json, "confusion", '[');
    for (size_t row = 0; row < k; row++) {
        ls_json_open(json, NULL, '[');
        for (size_t column = 0; column < k; column++)
            ls_json_number(json, NULL, measures->counts[row * k + column]);
        ls_json_close(json, ']');
    }
    ls_json_close(json, ']');
}

void ls_report_json_classes(const struct ls_report *report, struct ls_json *json)
{
    const struct ls_measures *const measures = &report->evaluation->measures;
    if (report->kind == LS_METRIC_VALUES || !measures->counts)
        return;
    ls_json_open(json, "classes", '{');
    for (size_t c = 0; c < measures->k; c++)
        put_class(report, c, json);
    ls_json_close(json, '}');
    if (report->kind == LS_METRIC_CLASSES && measures->k <= LS_REPORT_MATRIX)
        put_matrix(measures, json);
}
