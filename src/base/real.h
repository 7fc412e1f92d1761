/* The floating type that the step computes in: float in the product, double in the library that
 * the tests check against finite differences. The same source serves both; <tgmath.h> picks expf
 * or exp by the type of its argument. */
#ifndef LOCKSTEP_BASE_REAL_H
#define LOCKSTEP_BASE_REAL_H

#include <float.h>
#include <tgmath.h>

#ifdef LS_REAL_IS_DOUBLE
typedef double real;
#else
typedef float real;
#endif

/* A literal or double expression as a real: LS_R(0.5). */
#define LS_R(value) ((real)(value))

#endif
