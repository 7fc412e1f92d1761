#include "src/hard/cut.h"

#include "src/base/status.h"

struct ls_cut ls_cut(uint64_t k)
{
    return (struct ls_cut){.wanted = k, .none = k == 0, .done = k == 0};
}

static void set_digit(struct ls_cut_key *key, int d, unsigned digit)
{
    if (d < LS_CUT_LOSS_DIGITS)
        key->loss |= (uint32_t)digit << (LS_CUT_LOSS_DIGITS - 1 - d) * LS_CUT_DIGIT_BITS;
    else
        key->sample |= (uint64_t)digit << (LS_CUT_DIGITS - 1 - d) * LS_CUT_DIGIT_BITS;
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
