/* Random numbers without state: Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy
 * as 1, 2, 3", SC 2011). A draw is a function of (seed, stream, index), so it is the same on any
 * rank or thread, and there is nothing to save. */
#ifndef LOCKSTEP_BASE_PHILOX_H
#define LOCKSTEP_BASE_PHILOX_H

#include <stddef.h>
#include <stdint.h>

/* What a draw is for. The first field of every stream, so that no two uses share numbers. */
enum ls_purpose {
    LS_DRAW_NOISE = 40,   /* stream: step, index: element of the slab; of the gradient */
    LS_DRAW_CORRUPT = 41, /* stream: epoch, index: sample and element; of the inputs */
    LS_DRAW_INIT = 1,     /* stream: parameter number, index: element in file order */
    LS_DRAW_DROPOUT = 2,  /* stream: layer and step, index: row of the batch and element */
    LS_DRAW_SHUFFLE = 3,  /* stream: epoch */
    LS_DRAW_SPLIT = 4,    /* stream: class */
    LS_DRAW_AUGMENT = 5,  /* stream: occasion (the epoch, or pass), index: sample number */
    LS_DRAW_TAIL = 6,     /* stream: class */
    LS_DRAW_BALANCE = 7,  /* stream: class and pass */
    LS_DRAW_HARD = 9      /* stream: group and step, index: try */
};

struct ls_draw {
    uint32_t word[4];
};

/** The block of 128 random bits at `index` of `stream`.  Collective: no. */
struct ls_draw ls_philox(uint64_t seed, uint64_t stream, uint64_t index);

/** The blocks at index, index + 1, ... of `stream`, one after the other: the words of ls_philox.
 *  blocks  any number; 32 at a time are as cheap as one
 *  words   (blocks, 4), overwritten    Collective: no. */
void ls_philox_run(uint64_t seed, uint64_t stream, uint64_t index, size_t blocks, uint32_t *words);

/** A stream's number from its purpose (8 bits), a number (24 bits) and a time (32 bits). */
static inline uint64_t ls_stream(enum ls_purpose purpose, uint32_t number, uint64_t time)
{
    return (uint64_t)purpose << 56 | (uint64_t)(number & 0xffffffu) << 32 | (time & 0xffffffffu);
}

/** Four numbers from the normal distribution, by pairs (Box and Muller).  Collective: no. */
void ls_normals(struct ls_draw draw, double *z);

/** Uniform in [0, 1) with 24 bits, exact in float. */
static inline float ls_uniform(uint32_t word)
{
    return (float)(word >> 8) * 0x1p-24f;
}

#endif
