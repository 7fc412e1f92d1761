#include "src/base/vector.h"

LS_VECTOR void ls_vector_add(size_t len, const real *restrict from, real *restrict to)
{
    for (size_t i = 0; i < len; i++)
        to[i] += from[i];
}
