/* The likely cause of a failure, by rules: each is a name, a test that writes what speaks for it,
 * and what to try; they are listed in causes.def, the surest first. A rule speaks only of what has
 * been measured, and the words are the same on any number of ranks. */
#ifndef LOCKSTEP_EXAMINE_CAUSE_H
#define LOCKSTEP_EXAMINE_CAUSE_H

#include "src/examine/look.h"

/* Where the trend breaks: the first step from which on the gradient, or the loss, stays far above
 * that of the steps before it. */
struct ls_onset {
    bool known;
    size_t row;    /* of the history */
    double before; /* median of the gradient's norm over the steps before it */
    int layer;     /* whose gradient grew most */
    double layer_before, layer_after;
};

/* All that is known. */
struct ls_evidence {
    const struct ls_model *model;
    const struct ls_loss *loss;
    const struct ls_optimizer *optimizer;
    struct ls_clip clip;
    const struct ls_history *history; /* the refused step is the last */
    const struct ls_look *look;       /* NULL: there was no memory to look */
    struct ls_onset onset;
    bool has_past;                  /* the two that follow are known */
    struct ls_scale past_x, past_y; /* of the batch with which the trend broke */
};

enum { LS_CAUSE_TEXT = 400 };

struct ls_cause {
    const char *name;
    const char *advice;
    /* Whether it speaks for this cause; then why, into text (LS_CAUSE_TEXT). */
    bool (*test)(const struct ls_evidence *evidence, char *text);
};

/* All of them, NULL-terminated, the surest first. */
extern const struct ls_cause *const ls_causes[];

/** Where the trend of a history breaks.  Collective: no. */
struct ls_onset ls_onset_find(const struct ls_history *history);

/** "(3, 14, 20)", a place in a sample as in files, into text (LS_SHAPE_TEXT).  Collective: no. */
const char *ls_place_text(struct ls_shape shape, uint64_t element, char *text);

/** Writes into text (LS_CAUSE_TEXT).  Returns true, for the end of a test.  Collective: no. */
bool ls_cause_says(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
