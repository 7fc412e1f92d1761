/* Numbers from text, strictly: the whole text is the number, and it is finite. For job files,
 * flags and tables of data alike. */
#ifndef LOCKSTEP_BASE_NUMBER_H
#define LOCKSTEP_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/** "5", "-.5", "1e-3"; false for anything else: nan, inf, hexadecimal, blanks, junk behind it, a
 *  magnitude that a double cannot hold.  Collective: no. */
bool ls_number_real(const char *text, double *value);

/** Digits only; false for signs, fractions, exponents and what a size_t cannot hold.
 *  Collective: no. */
bool ls_number_size(const char *text, size_t *value);

#endif
