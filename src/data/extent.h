/* Between which values a dataset's features, or its labels, lie. */
#ifndef LOCKSTEP_DATA_EXTENT_H
#define LOCKSTEP_DATA_EXTENT_H

#include <stddef.h>

struct ls_extents {
    size_t len;          /* channels of x, or labels of a sample */
    float *least, *most; /* (len) */
};

#endif
