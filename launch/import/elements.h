/* Numbers in files of other programs, of several types and either byte order, to the types that
 * datasets hold. */
#ifndef LOCKSTEP_LAUNCH_IMPORT_ELEMENTS_H
#define LOCKSTEP_LAUNCH_IMPORT_ELEMENTS_H

#include <stdbool.h>

#include "io/dataset.h"

struct ls_number_type {
    char kind;    /* 'u', 'i' or 'f', as numpy has it; 'b' for truth values */
    size_t bytes; /* 1, 2, 4 or 8; f: 2, 4 or 8 */
    bool big_endian;
};

/** True for the types above.  Collective: no. */
bool ls_number_type_ok(struct ls_number_type type);

/** The type on disk that holds all its values (64-bit integers: to within 2^53).
 *  Collective: no. */
enum ls_element ls_number_element(struct ls_number_type type);

/** One number as a double.  Collective: no. */
double ls_number_decode(struct ls_number_type type, const void *bytes);

/** `len` numbers from `in` into elements at `out`; must not alias.  Collective: no. */
void ls_numbers_convert(struct ls_number_type type, size_t len, const void *in,
                        enum ls_element element, void *out);

#endif
