/* A part of a dataset: all samples, those that `valid: 0.1` keeps or holds out, or those that a
 * long tail leaves. Samples left out are one bit each, with a running count every 512 bits, so that
 * the i-th sample of either part is found without a list of them. */
#ifndef LOCKSTEP_DATA_SUBSET_H
#define LOCKSTEP_DATA_SUBSET_H

#include "src/data/source.h"

struct ls_subset {
    uint64_t len;          /* samples in this part */
    uint64_t total;        /* samples of the dataset */
    const uint64_t *bits;  /* (total) left out; NULL: the part is everything */
    const uint64_t *count; /* bits set before each block of 512 */
    bool held_out;         /* this part is the one with its bits set */
};

/** Everything.  Collective: no. */
struct ls_subset ls_subset_all(uint64_t total);

/** Holds out round(share * n_c) samples of each class c (of all samples when labels are no
 *  classes), drawn by a keyed permutation of each class.
 *  Errors: LS_DATA: labels cannot be read; LS_USAGE: a part would be empty.  Owner: arena.
 *  Collective: no; every rank computes the same. */
ls_status ls_subset_split(struct ls_source *source, double share, uint64_t seed,
                          struct ls_subset *kept, struct ls_subset *held_out,
                          struct ls_arena *arena);

/** Cuts a part to a long tail: class c of K keeps round(n_max * factor^(-c / (K - 1))) samples, at
 *  least one and at most all that it has, drawn by a keyed permutation of each class. n_max is the
 *  largest class of the part, K one more than its largest label.
 *  factor  n_max / n_(K-1), at least 1
 *  kept    all samples, or the part that a split keeps; overwritten
 *  Errors: LS_USAGE: labels are no classes; LS_DATA: they cannot be read.  Owner: arena.
 *  Collective: no; every rank computes the same.
 *  Source: Cui et al., "Class-balanced loss based on effective number of samples", CVPR 2019. */
ls_status ls_subset_long_tail(struct ls_source *source, double factor, uint64_t seed,
                              struct ls_subset *kept, struct ls_arena *arena);

/** Whether sample number `sample` of the dataset is in the part.  Collective: no. */
bool ls_subset_has(const struct ls_subset *subset, uint64_t sample);

/** The number in the dataset of sample i < len of the part.  Collective: no.
 *  Cost: O(log total). */
uint64_t ls_subset_sample(const struct ls_subset *subset, uint64_t i);

#endif
