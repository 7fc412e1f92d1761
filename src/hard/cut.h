/* The order of hardness, and where to cut it. A sample's key is its loss, larger ones first, then
 * its number: 12 digits of 8 bits. The key of the k-th sample in the order is found digit by digit,
 * the most significant first, from how many samples have each digit among those that share the ones
 * found so far. */
#ifndef LOCKSTEP_HARD_CUT_H
#define LOCKSTEP_HARD_CUT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { LS_CUT_BINS = 256, LS_CUT_DIGITS = 12, LS_CUT_LOSS_DIGITS = 4, LS_CUT_DIGIT_BITS = 8 };

struct ls_cut_key {
    uint32_t loss;
    uint64_t sample;
};

/* What is found of the k-th key. */
struct ls_cut {
    struct ls_cut_key key;
    uint64_t wanted; /* samples up to the key, of those that share the digits found so far */
    bool none;       /* k is 0 */
    bool done;
};

/** The cut after k samples, nothing of it found.  Collective: no. */
struct ls_cut ls_cut(uint64_t k);

/** The key of a sample, smaller for a larger loss; loss is a number.  Collective: no. */
static inline struct ls_cut_key ls_cut_key(float loss, uint64_t sample)
{
    /* the bits of a float are in the order of its value, once the sign is seen to; both zeros
     * are one */
    const float value = loss + 0.0f;
    const uint32_t sign = UINT32_C(1) << 31;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (struct ls_cut_key){bits & sign ? bits : ~(bits | sign), sample};
}

/** Digit d of a key.  Collective: no. */
static inline unsigned ls_cut_digit(struct ls_cut_key key, int d)
{
    const int loss = LS_CUT_LOSS_DIGITS - 1 - d, sample = LS_CUT_DIGITS - 1 - d;
    return (unsigned)(d < LS_CUT_LOSS_DIGITS ? key.loss >> loss * LS_CUT_DIGIT_BITS
                                             : key.sample >> sample * LS_CUT_DIGIT_BITS) &
           (LS_CUT_BINS - 1);
}

/** Whether a key has the digits before d that were found.  Collective: no. */
static inline bool ls_cut_is_under(struct ls_cut_key key, const struct ls_cut *cut, int d)
{
    if (d < LS_CUT_LOSS_DIGITS) {
        const int known = (LS_CUT_LOSS_DIGITS - d) * LS_CUT_DIGIT_BITS;
        return d == 0 || (key.loss ^ cut->key.loss) >> known == 0;
    }
    const int known = (LS_CUT_DIGITS - d) * LS_CUT_DIGIT_BITS;
    return key.loss == cut->key.loss &&
           (d == LS_CUT_LOSS_DIGITS || (key.sample ^ cut->key.sample) >> known == 0);
}

/** Finds digit d; the cut is done when all that share the digits are wanted.
 *  bins  (LS_CUT_BINS) samples by digit d, of those under the cut; no fewer than are wanted
 *  Collective: no. */
void ls_cut_narrow(struct ls_cut *cut, const uint64_t *bins, int d);

/** Whether a sample is among the k, once the cut is done.  Collective: no. */
static inline bool ls_cut_has(const struct ls_cut *cut, struct ls_cut_key key)
{
    if (cut->none || key.loss != cut->key.loss)
        return !cut->none && key.loss < cut->key.loss;
    return key.sample <= cut->key.sample;
}

#endif
