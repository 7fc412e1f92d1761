/* Curves as an SVG file, for a person: axes with ticks, logarithmic where asked for. */
#ifndef LOCKSTEP_LAUNCH_PLOT_H
#define LOCKSTEP_LAUNCH_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/status.h"

enum { LS_MAX_CURVES = 8 };

struct ls_curve {
    const char *name;
    size_t n;
    const double *x, *y; /* (n); points that are not finite are left out */
};

struct ls_plot {
    const char *title, *x_label, *y_label;
    bool log_x, log_y;
    size_t n_curves;
    struct ls_curve curve[LS_MAX_CURVES];
    double mark; /* a vertical line at this x; NaN: none */
};

/** Writes the plot.  Errors: LS_DATA: cannot write.  Collective: no. */
ls_status ls_plot_write(const struct ls_plot *plot, const char *path);

#endif
