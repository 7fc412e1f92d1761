#include "src/base/philox.h"

#include <math.h>

#include <string.h>

#include "src/base/vector.h"

enum { ROUNDS = 10, LANES = 32 };

struct ls_draw ls_philox(uint64_t seed, uint64_t stream, uint64_t index)
{
    uint32_t c0 = (uint32_t)index, c1 = (uint32_t)(index >> 32);
    uint32_t c2 = (uint32_t)stream, c3 = (uint32_t)(stream >> 32);
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < ROUNDS; round++) {
        const uint64_t p0 = (uint64_t)0xD2511F53u * c0;
        const uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
        const uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        const uint32_t n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c0 = n0;
        c1 = (uint32_t)p1;
        c2 = n2;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return (struct ls_draw){{c0, c1, c2, c3}};
}

/* LANES blocks side by side: the same rounds, each a loop over the lanes. They are twice those of
 * the widest vectors, so that one product need not wait for the one before. */
static LS_VECTOR void draw_lanes(uint64_t seed, uint64_t stream, uint64_t index, uint32_t *words)
{
    uint32_t c0[LANES], c1[LANES], c2[LANES], c3[LANES];
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (size_t j = 0; j < LANES; j++) {
        c0[j] = (uint32_t)(index + j);
        c1[j] = (uint32_t)((index + j) >> 32);
        c2[j] = (uint32_t)stream;
        c3[j] = (uint32_t)(stream >> 32);
    }
    for (int round = 0; round < ROUNDS; round++) {
#pragma omp simd
        for (size_t j = 0; j < LANES; j++) {
            const uint64_t p0 = (uint64_t)0xD2511F53u * c0[j];
            const uint64_t p1 = (uint64_t)0xCD9E8D57u * c2[j];
            c0[j] = (uint32_t)(p1 >> 32) ^ c1[j] ^ k0;
            c2[j] = (uint32_t)(p0 >> 32) ^ c3[j] ^ k1;
            c1[j] = (uint32_t)p1;
            c3[j] = (uint32_t)p0;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    for (size_t j = 0; j < LANES; j++) {
        words[4 * j] = c0[j];
        words[4 * j + 1] = c1[j];
        words[4 * j + 2] = c2[j];
        words[4 * j + 3] = c3[j];
    }
}

void ls_philox_run(uint64_t seed, uint64_t stream, uint64_t index, size_t blocks, uint32_t *words)
{
    for (; blocks >= LANES; blocks -= LANES, index += LANES, words += 4 * (size_t)LANES)
        draw_lanes(seed, stream, index, words);
    if (blocks > 0) {
        uint32_t rest[4 * LANES];
        draw_lanes(seed, stream, index, rest);
        memcpy(words, rest, 4 * blocks * sizeof *words);
    }
}

void ls_normals(struct ls_draw draw, double *z)
{
    static const double turn = 6.283185307179586476925286766559;
    for (int pair = 0; pair < 4; pair += 2) {
        const double u = ((double)draw.word[pair] + 0.5) * 0x1p-32;
        const double angle = turn * (double)draw.word[pair + 1] * 0x1p-32;
        const double radius = sqrt(-2 * log(u));
        z[pair] = radius * cos(angle);
        z[pair + 1] = radius * sin(angle);
    }
}
