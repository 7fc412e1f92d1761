#include "src/base/permute.h"

#include "src/base/philox.h"
#include "src/base/status.h"

enum { ROUNDS = 4 };

struct ls_permutation ls_permutation(uint64_t len, uint64_t seed, uint64_t stream)
{
    unsigned half_bits = 1;
    while (half_bits < 32 && (UINT64_C(1) << 2 * half_bits) < len)
        half_bits++;
    return (struct ls_permutation){len, seed, stream, half_bits};
}

static uint64_t pass(const struct ls_permutation *p, uint64_t value)
{
    const uint64_t mask = (UINT64_C(1) << p->half_bits) - 1;
    uint64_t left = value >> p->half_bits, right = value & mask;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        const struct ls_draw draw = ls_philox(p->seed, p->stream, round << 32 | right);
        const uint64_t swapped = left ^ (draw.word[0] & mask);
        left = right;
        right = swapped;
    }
    return left << p->half_bits | right;
}

uint64_t ls_permute(const struct ls_permutation *permutation, uint64_t position)
{
    LS_ASSERT(position < permutation->len);
    uint64_t value = position;
    do
        value = pass(permutation, value);
    while (value >= permutation->len);
    return value;
}
