/* How well the scores of a class put its samples before all others: the area under the ROC curve
 * and the average precision, both functions of the order of the scores alone, ties included. So
 * a sample is a key of 32 bits, and keys of all ranks give the same bits in any order. */
#ifndef LOCKSTEP_METRICS_RANKING_H
#define LOCKSTEP_METRICS_RANKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ls_ranking {
    uint64_t positives, negatives; /* samples of the class, and others */
    double auroc;                  /* NaN where there are no positives or no negatives */
    double average_precision;      /* NaN where there are no positives */
    bool is_spoilt;                /* a score is no number: both are NaN */
};

/** A sample as a key that orders by the score, a probability in [0, 1] or NaN; the lowest bit
 *  tells whether the sample is positive.  Collective: no. */
uint32_t ls_rank_key(float score, bool positive);

/** What the keys say. Sorts them, by way of `spare`; both (n).
 *  Limitations: positives times negatives below 2^63.
 *  Cost: three passes over the keys, and one to count.  Collective: no.  Errors: none. */
struct ls_ranking ls_rank(size_t n, uint32_t *restrict keys, uint32_t *restrict spare);

#endif
