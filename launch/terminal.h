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
    FILE *file;   /* where lines and bars go */
    FILE *opened; /* NULL, or the terminal behind mpirun */
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

/** For `file`, stderr in the program; when that is a pipe to an mpirun whose own stderr is a
 *  terminal, for that terminal. Lines that come between belong into progress->file as well.
 *  Release with ls_progress_release.  Collective: no. */
void ls_progress_init(struct ls_progress *progress, FILE *file);

/** Draws when it is time to: after 0.1 s and at an epoch's end on a terminal, after 10 s
 *  elsewhere.  Collective: no. */
void ls_progress_update(struct ls_progress *progress, const struct ls_progress_state *state);

/** Clears the bar, so that the next line starts on an empty one.  Collective: no. */
void ls_progress_finish(struct ls_progress *progress);

/** Clears the bar and closes what was opened. Takes zeroed progress.  Collective: no. */
void ls_progress_release(struct ls_progress *progress);

#endif
