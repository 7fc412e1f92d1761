/* The figures of a watched step as a table, one layer a line: for `check` and `watch`. */
#ifndef LOCKSTEP_LAUNCH_WATCH_TABLE_H
#define LOCKSTEP_LAUNCH_WATCH_TABLE_H

#include "src/step/watch.h"

struct ls_watch_row {
    const char *name;
    struct ls_watch_layer figures;
};

/** Collective: no. */
void ls_watch_table(FILE *file, const struct ls_watch_row *rows, size_t n);

#endif
