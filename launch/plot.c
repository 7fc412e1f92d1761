#include "launch/plot.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 720, HEIGHT = 440, LEFT = 80, RIGHT = 20, TOP = 40, BOTTOM = 60, MAX_TICKS = 8 };

static const char *const colours[LS_MAX_CURVES] = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd",
                                                   "#ff7f0e", "#8c564b", "#17becf", "#7f7f7f"};

/* From values to places between `begin` and `end`. */
struct axis {
    bool is_log;
    double least, most; /* of the values, their logarithms where the axis is logarithmic */
    double begin, end;
};

static double on_scale(const struct axis *axis, double value)
{
    return axis->is_log ? log10(value) : value;
}

static double place(const struct axis *axis, double value)
{
    const double share = (on_scale(axis, value) - axis->least) / (axis->most - axis->least);
    return axis->begin + share * (axis->end - axis->begin);
}

static bool is_shown(const struct axis *axis, double value)
{
    return isfinite(value) && (!axis->is_log || value > 0);
}

static void widen(struct axis *axis, const double *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_shown(axis, value[i]))
            continue;
        axis->least = fmin(axis->least, on_scale(axis, value[i]));
        axis->most = fmax(axis->most, on_scale(axis, value[i]));
    }
}

static struct axis measure(const struct ls_plot *plot, bool is_x)
{
    struct axis axis = {.is_log = is_x ? plot->log_x : plot->log_y,
                        .least = INFINITY,
                        .most = -INFINITY,
                        .begin = is_x ? LEFT : HEIGHT - BOTTOM,
                        .end = is_x ? WIDTH - RIGHT : TOP};
    for (size_t c = 0; c < plot->n_curves; c++)
        widen(&axis, is_x ? plot->curve[c].x : plot->curve[c].y, plot->curve[c].n);
    if (!(axis.least < axis.most)) {
        axis.least = isfinite(axis.least) ? axis.least - 1 : 0;
        axis.most = axis.least + 2;
    }
    return axis;
}

/* 1, 2 or 5 times a power of ten, so that a few ticks fill the axis; whole powers on a
 * logarithmic one. */
static double tick_step(const struct axis *axis)
{
    const double rough = (axis->most - axis->least) / MAX_TICKS;
    const double power = pow(10, floor(log10(rough)));
    if (axis->is_log && rough <= 1)
        return 1;
    for (int i = 0; i < 3; i++) {
        static const double times[] = {1, 2, 5};
        if (times[i] * power >= rough)
            return times[i] * power;
    }
    return 10 * power;
}

static void draw_ticks(FILE *file, const struct axis *axis, bool is_x)
{
    const double step = tick_step(axis);
    const double first = ceil(axis->least / step);
    const int n = (int)floor(axis->most / step + 1e-9 - first) + 1;
    for (int i = 0; i < n; i++) {
        const double at = (first + i) * step;
        const double value = axis->is_log ? pow(10, at) : fabs(at) < 1e-9 * step ? 0 : at;
        const double p = place(axis, value);
        if (is_x)
            (void)fprintf(file,
                          "<path class=\"grid\" d=\"M%.1f %d V%d\"/><text x=\"%.1f\" y=\"%d\" "
                          "text-anchor=\"middle\">%.3g</text>\n",
                          p, TOP, HEIGHT - BOTTOM, p, HEIGHT - BOTTOM + 18, value);
        else
            (void)fprintf(file,
                          "<path class=\"grid\" d=\"M%d %.1f H%d\"/><text x=\"%d\" y=\"%.1f\" "
                          "text-anchor=\"end\">%.3g</text>\n",
                          LEFT, p, WIDTH - RIGHT, LEFT - 6, p + 4, value);
    }
}

static void draw_curve(FILE *file, const struct ls_plot *plot, size_t c, const struct axis *x,
                       const struct axis *y)
{
    const struct ls_curve *const curve = &plot->curve[c];
    (void)fprintf(file, "<polyline stroke=\"%s\" points=\"", colours[c]);
    for (size_t i = 0; i < curve->n; i++)
        if (is_shown(x, curve->x[i]) && is_shown(y, curve->y[i]))
            (void)fprintf(file, "%.1f,%.1f ", place(x, curve->x[i]), place(y, curve->y[i]));
    (void)fprintf(file, "\"/><text class=\"name\" x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>\n",
                  LEFT + 10, TOP + 18 + 16 * (int)c, colours[c], curve->name);
}

static void draw(FILE *file, const struct ls_plot *plot)
{
    const struct axis x = measure(plot, true), y = measure(plot, false);
    (void)fprintf(file,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                  "font-family=\"sans-serif\" font-size=\"12\">\n"
                  "<style>.grid{stroke:#ddd}polyline{fill:none;stroke-width:2}"
                  ".name{stroke:white;stroke-width:3;paint-order:stroke}</style>\n"
                  "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
                  WIDTH, HEIGHT);
    draw_ticks(file, &x, true);
    draw_ticks(file, &y, false);
    (void)fprintf(file,
                  "<text x=\"%d\" y=\"24\" font-size=\"15\">%s</text>\n"
                  "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n"
                  "<text transform=\"translate(16 %d) rotate(-90)\" "
                  "text-anchor=\"middle\">%s</text>\n",
                  LEFT, plot->title, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, plot->x_label,
                  (TOP + HEIGHT - BOTTOM) / 2, plot->y_label);
    if (!isnan(plot->mark))
        (void)fprintf(file, "<path stroke=\"#444\" stroke-dasharray=\"4\" d=\"M%.1f %d V%d\"/>\n",
                      place(&x, plot->mark), TOP, HEIGHT - BOTTOM);
    for (size_t c = 0; c < plot->n_curves; c++)
        draw_curve(file, plot, c, &x, &y);
    (void)fputs("</svg>\n", file);
}

ls_status ls_plot_write(const struct ls_plot *plot, const char *path)
{
    FILE *const file = fopen(path, "w");
    if (!file)
        return ls_fail(LS_DATA, "%s: cannot write: %s", path, strerror(errno));
    draw(file, plot);
    const bool good = !ferror(file);
    if (fclose(file) != 0 || !good)
        return ls_fail(LS_DATA, "%s: cannot write: %s", path, strerror(errno));
    return LS_OK;
}
