/* The different labels of a column of text, and the classes that they become: whole numbers 0 to
 * k - 1 as they are, other whole numbers in ascending order, texts in alphabetical order. */
#ifndef LOCKSTEP_LAUNCH_IMPORT_LABEL_SET_H
#define LOCKSTEP_LAUNCH_IMPORT_LABEL_SET_H

#include <stdbool.h>

#include "src/base/arena.h"

enum { LS_MAX_LABELS = 10000 };

struct ls_label_set {
    struct ls_arena *arena;
    size_t len;
    const char *text[LS_MAX_LABELS]; /* sorted as text; by ls_label_set_finish in class order */
    bool all_whole;                  /* numbers without a fraction */
    bool as_they_are;                /* after finish: the labels are the classes 0 to len - 1 */
};

/** Empty.  Collective: no. */
void ls_label_set_init(struct ls_label_set *set, struct ls_arena *arena);

/** Adds a label unless it is there. "2", "2.0" and "+2" are one label.
 *  Errors: LS_DATA: more than LS_MAX_LABELS.  Collective: no. */
ls_status ls_label_set_add(struct ls_label_set *set, const char *label);

/** Puts the labels in the order of their classes; nothing is added after.  Collective: no. */
void ls_label_set_finish(struct ls_label_set *set);

/** The class of a label that was added.  Collective: no. */
size_t ls_label_set_find(const struct ls_label_set *set, const char *label);

#endif
