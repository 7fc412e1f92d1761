/* What this machine can do: the figures that a step's time is held against. Measured, not looked
 * up: clock, ports and what other tenants of the machine leave are in them. */
#ifndef LOCKSTEP_MACHINE_MACHINE_H
#define LOCKSTEP_MACHINE_MACHINE_H

#include "src/base/arena.h"

/* Figures of some threads together. */
struct ls_machine {
    double flops;   /* a second: multiply and add of floats, fused where there is such */
    double copy;    /* bytes a second: a = b */
    double combine; /* bytes a second: a = b + s c, STREAM's triad */
};

/** The best rate of multiply and add, in flop a second, on `threads` threads of this process.
 *  Collective: no.  Cost: about 0.2 s. */
double ls_machine_flops(int threads);

/** The vectors that ls_machine_flops computes with on this processor: "AVX-512".
 *  Collective: no. */
const char *ls_machine_vectors(void);

/** Copies and combines arrays on `threads` threads of this process; fills copy and combine.
 *  bytes  of each of the three arrays, all threads together; ls_machine_array_bytes() unless a
 *         test is in a hurry
 *  Errors: memory.  Collective: no.  Cost: some tenths of a second. */
ls_status ls_machine_memory(struct ls_machine *machine, int threads, size_t bytes);

/** Bytes of an array that is well beyond the caches of this processor.  Collective: no. */
size_t ls_machine_array_bytes(void);

/** The most memory that this process has held at once, in bytes; 0 where it is not known.
 *  Collective: no. */
size_t ls_machine_peak_memory(void);

#endif
