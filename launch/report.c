#include "launch/report.h"

#include <string.h>

enum { MAX_NAME = 24, NAME_LEN = 128 };

static bool begins_character(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80; /* UTF-8 */
}

static int columns(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += begins_character(*text);
    return n;
}

/* The class by name, the end of a long one left out, or by number. */
static const char *class_name(const struct ls_session *s, size_t c, char *text)
{
    if (c >= s->n_classes) {
        (void)snprintf(text, NAME_LEN, "%zu", c);
        return text;
    }
    const char *const name = s->class_names[c];
    const bool is_long = columns(name) > MAX_NAME;
    size_t bytes = 0;
    for (int n = 0; name[bytes] && bytes < NAME_LEN - 8; bytes++) {
        n += begins_character(name[bytes]);
        if (is_long && n > MAX_NAME - 2)
            break;
    }
    (void)snprintf(text, NAME_LEN, "%.*s%s", (int)bytes, name, is_long ? ".." : "");
    return text;
}

static int name_width(const struct ls_session *s, size_t k)
{
    char text[NAME_LEN];
    int width = (int)strlen("class");
    for (size_t c = 0; c < k; c++) {
        const int n = columns(class_name(s, c, text));
        width = n > width ? n : width;
    }
    return width;
}

static void print_name(FILE *file, int width, const char *name)
{
    (void)fprintf(file, "  %s%*s", name, width - columns(name), "");
}

static void print_figure(FILE *file, int width, double value)
{
    if (isnan(value))
        (void)fprintf(file, "  %*s", width, "-");
    else
        (void)fprintf(file, "  %*.4f", width, value);
}

/* One line a class or label. */
static void print_classes(const struct ls_report *report, FILE *file)
{
    const struct ls_session *const s = report->session;
    const struct ls_measures *const measures = &report->evaluation->measures;
    const int width = name_width(s, measures->k);
    char name[NAME_LEN];
    (void)fputc('\n', file);
    print_name(file, width, "class");
    (void)fprintf(file, "  precision  recall      F1%s   support\n",
                  measures->rankings ? "   AUROC      AP" : "");
    for (size_t c = 0; c < measures->k; c++) {
        const struct ls_class_figures found = ls_metrics_class(report->kind, measures, c);
        print_name(file, width, class_name(s, c, name));
        print_figure(file, 9, found.precision);
        print_figure(file, 6, found.recall);
        print_figure(file, 6, found.f1);
        if (measures->rankings) {
            print_figure(file, 6, found.auroc);
            print_figure(file, 6, found.average_precision);
        }
        (void)fprintf(file, "  %8.0f\n", found.support);
    }
}

static void print_matrix(const struct ls_report *report, FILE *file)
{
    const struct ls_session *const s = report->session;
    const struct ls_measures *const measures = &report->evaluation->measures;
    const size_t k = measures->k;
    const int width = name_width(s, k);
    char name[NAME_LEN];
    int cell = 5;
    for (size_t i = 0; i < k * k; i++) {
        const int digits = snprintf(NULL, 0, "%.0f", measures->counts[i]);
        cell = digits > cell ? digits : cell;
    }
    (void)fprintf(file, "\n  confusion matrix: a row is the true class, a column the predicted\n");
    (void)fprintf(file, "  %-*s", width, "");
    for (size_t c = 0; c < k; c++)
        (void)fprintf(file, "  %*zu", cell, c);
    (void)fputc('\n', file);
    for (size_t r = 0; r < k; r++) {
        print_name(file, width, class_name(s, r, name));
        for (size_t c = 0; c < k; c++)
            (void)fprintf(file, "  %*.0f", cell, measures->counts[r * k + c]);
        (void)fputc('\n', file);
    }
}

bool ls_report_warning(const struct ls_evaluation *evaluation, size_t bytes, char *text)
{
    const unsigned long long spoilt = evaluation->spoilt;
    if (spoilt == 0)
        return false;
    (void)snprintf(text, bytes,
                   "the model's outputs for %llu sample%s are no numbers (NaN): the loss and "
                   "metrics of scores are not known, and counts mean little",
                   spoilt, spoilt == 1 ? "" : "s");
    return true;
}

void ls_report_print(const struct ls_report *report, FILE *file)
{
    const struct ls_measures *const measures = &report->evaluation->measures;
    char warning[LS_MESSAGE_LEN];
    if (ls_report_warning(report->evaluation, sizeof warning, warning))
        (void)fprintf(file, "  warning: %s\n", warning);
    (void)fprintf(file, "  %-18s %.6g\n", "loss", report->evaluation->loss);
    for (const struct ls_metric_ops *const *m = report->metrics; *m; m++)
        if (ls_metric_is_known(*m, report->kind, measures))
            (void)fprintf(file, "  %-18s %.6g\n", (*m)->name,
                          ls_metric_value(*m, report->kind, measures));
    if (report->kind == LS_METRIC_VALUES || !measures->counts)
        return;
    print_classes(report, file);
    if (report->kind == LS_METRIC_CLASSES && measures->k <= LS_REPORT_MATRIX)
        print_matrix(report, file);
}
