#include "src/hard/cut.h"

#include <string.h>

#include "src/base/status.h"

enum { DIGIT_BITS = 8, LOSS_DIGITS = 4 };

struct ls_cut ls_cut(uint64_t k)
{
    return (struct ls_cut){.wanted = k, .none = k == 0, .done = k == 0};
}

/* Smaller for a larger loss: the bits of a float are in the order of its value, once the sign is
 * seen to. Both zeros are one. */
struct ls_cut_key ls_cut_key(float loss, uint64_t sample)
{
    const float value = loss + 0.0f;
    const uint32_t sign = UINT32_C(1) << 31;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (struct ls_cut_key){bits & sign ? bits : ~(bits | sign), sample};
}

unsigned ls_cut_digit(struct ls_cut_key key, int d)
{
    const int loss = LOSS_DIGITS - 1 - d, sample = LS_CUT_DIGITS - 1 - d;
    return (unsigned)(d < LOSS_DIGITS ? key.loss >> loss * DIGIT_BITS
                                      : key.sample >> sample * DIGIT_BITS) &
           (LS_CUT_BINS - 1);
}

bool ls_cut_is_under(struct ls_cut_key key, const struct ls_cut *cut, int d)
{
    if (d < LOSS_DIGITS) {
        const int known = (LOSS_DIGITS - d) * DIGIT_BITS;
        return d == 0 || (key.loss ^ cut->key.loss) >> known == 0;
    }
    const int known = (LS_CUT_DIGITS - d) * DIGIT_BITS;
    return key.loss == cut->key.loss &&
           (d == LOSS_DIGITS || (key.sample ^ cut->key.sample) >> known == 0);
}

static void set_digit(struct ls_cut_key *key, int d, unsigned digit)
{
    if (d < LOSS_DIGITS)
        key->loss |= (uint32_t)digit << (LOSS_DIGITS - 1 - d) * DIGIT_BITS;
    else
        key->sample |= (uint64_t)digit << (LS_CUT_DIGITS - 1 - d) * DIGIT_BITS;
}

void ls_cut_narrow(struct ls_cut *cut, const uint64_t *bins, int d)
{
    unsigned digit = 0;
    for (; bins[digit] < cut->wanted; digit++) {
        LS_ASSERT(digit + 1 < LS_CUT_BINS);
        cut->wanted -= bins[digit];
    }
    set_digit(&cut->key, d, digit);
    cut->done = bins[digit] == cut->wanted;
    for (int rest = d + 1; cut->done && rest < LS_CUT_DIGITS; rest++)
        set_digit(&cut->key, rest, LS_CUT_BINS - 1);
}

bool ls_cut_has(const struct ls_cut *cut, struct ls_cut_key key)
{
    if (cut->none || key.loss != cut->key.loss)
        return !cut->none && key.loss < cut->key.loss;
    return key.sample <= cut->key.sample;
}
