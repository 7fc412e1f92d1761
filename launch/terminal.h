/* Progress for a person: a bar on a terminal, redrawn at most ten times a second and never longer
 * than a line; elsewhere (a log file, a batch job) a plain line now and then. Only rank 0 has one.
 */
#ifndef LOCKSTEP_LAUNCH_TERMINAL_H
#define LOCKSTEP_LAUNCH_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Where a run is. */
struct ls_progress_state {
    uint64_t epoch, epochs;  /* the running one, from 1; epochs 0: not known */
    uint64_t step, steps;    /* done within the epoch, and in all of it */
    double loss;             /* NaN: not shown */
    const char *metric_name; /* NULL: none */
    double metric;
    double samples_per_s; /* 0: not known */
    double left_s;        /* of the whole run; negative: not known */
};

struct ls_progress {
    FILE *file;
    bool is_terminal;
    double last_s; /* of the last drawing */
    bool is_drawn; /* a bar stands on the line of the cursor */
};

enum { LS_PROGRESS_TEXT = 512 };

/** One line, at most `columns` wide, into text (LS_PROGRESS_TEXT): with a bar that takes what the
 *  numbers leave, or without. When the numbers alone are too wide the last of them are dropped.
 *  Collective: no. */
void ls_progress_format(const struct ls_progress_state *state, size_t columns, bool bar,
                        char *text);

/** For `file`, stderr in the program.  Collective: no. */
void ls_progress_init(struct ls_progress *progress, FILE *file);

/** Draws when it is time to: 0.1 s on a terminal, 10 s elsewhere, and at an epoch's end.
 *  Collective: no. */
void ls_progress_update(struct ls_progress *progress, const struct ls_progress_state *state);

/** Clears the bar, so that the next line starts on an empty one.  Collective: no. */
void ls_progress_finish(struct ls_progress *progress);

#endif
