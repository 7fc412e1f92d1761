/* A dataset in memory, for tests: what io gives from HDF5, without a file, and with samples that
 * cannot be read. */
#ifndef LOCKSTEP_TESTS_MEMORY_H
#define LOCKSTEP_TESTS_MEMORY_H

#include "src/data/source.h"

enum { MEMORY_ALL_GOOD = -1 };

struct memory {
    struct ls_source source;
    float *x;         /* (N, C, H, W) */
    int64_t *classes; /* (N), or NULL */
    float *values;    /* (N, K), or NULL */
    int64_t bad;      /* this sample cannot be read; MEMORY_ALL_GOOD: none */
};

/** `len` samples with x at random in [-1, 1), and classes i * 7 % k, or with k = 0 `values`
 *  reals each.  Owner: arena.  Collective: no. */
void memory_init(struct memory *memory, uint64_t len, struct ls_shape shape, size_t k,
                 size_t values, struct ls_arena *arena);

/** Uniform in [-1, 1), a function of `index` alone.  Collective: no. */
double memory_random(uint64_t index);

#endif
