#include "launch/watch_table.h"

#include <math.h>
#include <string.h>

enum { FIGURE_LEN = 16 };

static const char *show(double value, char *text)
{
    (void)snprintf(text, FIGURE_LEN, "-");
    if (!isnan(value))
        (void)snprintf(text, FIGURE_LEN, "%.3g", value);
    return text;
}

static const char *show_share(double value, char *text)
{
    (void)snprintf(text, FIGURE_LEN, "-");
    if (!isnan(value))
        (void)snprintf(text, FIGURE_LEN, "%.0f%%", 100 * value);
    return text;
}

/* The gradient of the last layer that has one. */
static double last_gradient(const struct ls_watch_row *rows, size_t n)
{
    double last = NAN;
    for (size_t i = 0; i < n; i++)
        last = isnan(rows[i].figures.grad_norm) ? last : rows[i].figures.grad_norm;
    return last;
}

void ls_watch_table(FILE *file, const struct ls_watch_row *rows, size_t n)
{
    int width = (int)strlen("layer");
    char mean[FIGURE_LEN], deviation[FIGURE_LEN], dead[FIGURE_LEN], norm[FIGURE_LEN];
    char share[FIGURE_LEN], weight[FIGURE_LEN], update[FIGURE_LEN];
    const double last = last_gradient(rows, n);
    for (size_t i = 0; i < n; i++)
        width = (int)strlen(rows[i].name) > width ? (int)strlen(rows[i].name) : width;
    (void)fprintf(file, "  %-*s  %21s %6s  %10s %10s  %10s %12s\n", width, "", "outputs", "",
                  "gradient", "to that of", "weights", "");
    (void)fprintf(file, "  %-*s  %10s %10s %6s  %10s %10s  %10s %12s\n", width, "layer", "mean",
                  "deviation", "dead", "norm", "the last", "norm", "update/norm");
    for (size_t i = 0; i < n; i++) {
        const struct ls_watch_layer *const f = &rows[i].figures;
        (void)fprintf(file, "  %-*s  %10s %10s %6s  %10s %10s  %10s %12s\n", width, rows[i].name,
                      show(f->mean, mean), show(f->deviation, deviation), show_share(f->dead, dead),
                      show(f->grad_norm, norm), show(f->grad_norm / last, share),
                      show(f->weight_norm, weight), show(f->update_ratio, update));
    }
}
