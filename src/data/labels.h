/* Facts about the labels of a dataset. */
#ifndef LOCKSTEP_DATA_LABELS_H
#define LOCKSTEP_DATA_LABELS_H

#include "src/data/source.h"

struct ls_subset;

/* Samples of each class. */
struct ls_class_counts {
    size_t len;        /* classes: at least one more than the largest label */
    const uint64_t *n; /* (len) */
};

/** Counts the classes of `subset` (NULL: all) of a source whose labels are classes.
 *  k  number of classes that labels must lie below; 0: whatever there is
 *  Errors: LS_DATA: a label below 0, or not below k (or the limit of 2^20), with its sample.
 *  Owner: arena.  Collective: no; every rank computes the same. */
ls_status ls_class_counts(struct ls_source *source, const struct ls_subset *subset, size_t k,
                          struct ls_class_counts *counts, struct ls_arena *arena);

/** The same of numbers that `read` gives: classes or groups.  Collective: no. */
ls_status ls_class_counts_of(struct ls_source *source, ls_source_read_whole *read,
                             const struct ls_subset *subset, size_t k,
                             struct ls_class_counts *counts, struct ls_arena *arena);

/** A failure that names the label of `sample` and what was expected.  Collective: no. */
ls_status ls_label_fail(const struct ls_source *source, uint64_t sample, int64_t label, size_t k);

#endif
