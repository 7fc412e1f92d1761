#include "launch/report.h"

#include <string.h>

enum { MAX_MATRIX = 30, MAX_NAME = 24, NAME_LEN = 32 };

static const char *class_name(const struct ls_session *s, size_t c, char *text)
{
    if (c < s->n_classes)
        (void)snprintf(text, NAME_LEN, "%.*s", MAX_NAME, s->class_names[c]);
    else
        (void)snprintf(text, NAME_LEN, "%zu", c);
    return text;
}

static int name_width(const struct ls_session *s, size_t k)
{
    char text[NAME_LEN];
    size_t width = strlen("class");
    for (size_t c = 0; c < k; c++)
        if (strlen(class_name(s, c, text)) > width)
            width = strlen(text);
    return (int)width;
}

static void row(FILE *file, int width, const char *name, double right, double predicted,
                double support)
{
    const double precision = predicted > 0 ? right / predicted : 0;
    const double recall = support > 0 ? right / support : 0;
    const double sum = precision + recall;
    (void)fprintf(file, "  %-*s  %9.4f  %6.4f  %6.4f  %8.0f\n", width, name, precision, recall,
                  sum > 0 ? 2 * precision * recall / sum : 0, support);
}

/* One line a class from a confusion matrix (K, K), or from the counts of labels (K, 4). */
static void print_classes(FILE *file, const struct ls_session *s, enum ls_metric_kind kind,
                          const double *sums)
{
    const size_t k = s->loss.k;
    const int width = name_width(s, k);
    char name[NAME_LEN];
    (void)fprintf(file, "\n  %-*s  precision  recall      F1   support\n", width, "class");
    for (size_t c = 0; c < k; c++) {
        double right = 0, predicted = 0, support = 0;
        if (kind == LS_METRIC_CLASSES) {
            right = sums[c * k + c];
            for (size_t o = 0; o < k; o++) {
                predicted += sums[o * k + c];
                support += sums[c * k + o];
            }
        } else {
            const double *const label = sums + c * LS_LABEL_COUNTS;
            right = label[LS_LABEL_TP];
            predicted = right + label[LS_LABEL_FP];
            support = right + label[LS_LABEL_FN];
        }
        row(file, width, class_name(s, c, name), right, predicted, support);
    }
}

static void print_matrix(FILE *file, const struct ls_session *s, const double *sums)
{
    const size_t k = s->loss.k;
    const int width = name_width(s, k);
    char name[NAME_LEN];
    int cell = 5;
    for (size_t i = 0; i < k * k; i++) {
        const int digits = snprintf(NULL, 0, "%.0f", sums[i]);
        cell = digits > cell ? digits : cell;
    }
    (void)fprintf(file, "\n  confusion matrix: a row is the true class, a column the predicted\n");
    (void)fprintf(file, "  %-*s", width, "");
    for (size_t c = 0; c < k; c++)
        (void)fprintf(file, "  %*zu", cell, c);
    (void)fputc('\n', file);
    for (size_t r = 0; r < k; r++) {
        (void)fprintf(file, "  %-*s", width, class_name(s, r, name));
        for (size_t c = 0; c < k; c++)
            (void)fprintf(file, "  %*.0f", cell, sums[r * k + c]);
        (void)fputc('\n', file);
    }
}

void ls_report(FILE *file, const struct ls_session *s, enum ls_metric_kind kind,
               const struct ls_evaluation *evaluation)
{
    (void)fprintf(file, "  %-18s %.6g\n", "loss", evaluation->loss);
    for (const struct ls_metric_ops *const *m = ls_metrics; *m; m++)
        if ((*m)->value[kind])
            (void)fprintf(file, "  %-18s %.6g\n", (*m)->name,
                          ls_metric_value(*m, kind, s->loss.k, evaluation->sums));
    if (kind == LS_METRIC_VALUES)
        return;
    print_classes(file, s, kind, evaluation->sums);
    if (kind == LS_METRIC_CLASSES && s->loss.k <= MAX_MATRIX)
        print_matrix(file, s, evaluation->sums);
}
