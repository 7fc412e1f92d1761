/* Where the tensors of a pass lie: outputs, their gradients and what layers keep, in one slab a
 * shard. A tensor may lie in the memory of another one that it replaces (an activation in place,
 * the gradient of a sum), and memory is used again once nothing in it is read any more.
 *
 * Tensors that lie in one another's place form a buffer. A buffer is in use from the first group
 * that writes it to the last that reads it; buffers in use at once do not overlap. */
#ifndef LOCKSTEP_STEP_PLACEMENT_H
#define LOCKSTEP_STEP_PLACEMENT_H

#include "src/step/timeline.h"

enum { LS_NO_BUFFER = -1 };

struct ls_buffer {
    size_t bytes;   /* of one sample */
    int begin, end; /* groups during which it is in use, forward and then backward */
    size_t place;   /* bytes from the beginning of a shard's slab */
};

struct ls_placement {
    int n_buffers;
    struct ls_buffer *buffers;
    int *y, *dy, *saved; /* (layers) buffers; LS_NO_BUFFER where there is none */
    size_t bytes;        /* of a shard's slab */
};

/* What is planned for. */
struct ls_placement_spec {
    const struct ls_model *model;
    const struct ls_timeline *forward, *backward; /* backward: NULL when not training */
    const bool *needed;                           /* (layers) backward runs */
    size_t max_n;                                 /* samples of a shard */
    bool keep; /* nothing is replaced or used again: all tensors are there after a pass */
};

/** Owner: arena.  Errors: memory.  Collective: no. */
ls_status ls_placement_plan(struct ls_placement *placement, const struct ls_placement_spec *spec,
                            struct ls_arena *arena);

#endif
