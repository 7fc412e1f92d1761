/* A permutation of [0, len) without an array: a keyed bijection (Feistel network with Philox as
 * its round function) on the next even power of two, walked until it lands inside. Any position
 * in O(1), so an epoch's order needs no memory and any rank finds any sample by itself. */
#ifndef LOCKSTEP_BASE_PERMUTE_H
#define LOCKSTEP_BASE_PERMUTE_H

#include <stdint.h>

struct ls_permutation {
    uint64_t len;
    uint64_t seed, stream; /* the key */
    unsigned half_bits;    /* the network works on 2 * half_bits bits */
};

/** The permutation of [0, len) that belongs to (seed, stream).  Collective: no. */
struct ls_permutation ls_permutation(uint64_t len, uint64_t seed, uint64_t stream);

/** Where `position` < len goes.  Collective: no.  Cost: under 4 Feistel passes on average. */
uint64_t ls_permute(const struct ls_permutation *permutation, uint64_t position);

#endif
