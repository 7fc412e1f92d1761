/* Loops that are compiled for several instruction sets, from one source; the loader takes the best
 * that the processor has when the program starts. The bits are the same in all of them: there are
 * no fused multiply-adds (-ffp-contract=off), and sums are written out lane by lane. */
#ifndef LOCKSTEP_BASE_VECTOR_H
#define LOCKSTEP_BASE_VECTOR_H

#include <stddef.h>

#include "src/base/real.h"

/* Before a function whose loops matter; inline functions that it calls are compiled along. */
#ifdef LS_HAVE_TARGET_CLONES
#define LS_VECTOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LS_VECTOR
#endif

/** to[i] += from[i]; both (len), apart from each other.  Collective: no. */
void ls_vector_add(size_t len, const real *restrict from, real *restrict to);

#endif
