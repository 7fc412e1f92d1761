/* How large the inputs, or the targets, of a batch are: the largest value and whose it is, against
 * the other samples' and the other features'. The same on any number of ranks. */
#ifndef LOCKSTEP_EXAMINE_SCALE_H
#define LOCKSTEP_EXAMINE_SCALE_H

#include "src/data/loader.h"
#include "src/peers.h"

struct ls_scale {
    double most;      /* the largest size of a finite value; 0: all are 0, or there are none */
    double value;     /* it, with its sign */
    uint64_t sample;  /* whose it is */
    uint64_t element; /* its place in the sample, as in files */
    double others;    /* the largest in other samples */
    double typical;   /* the median of the largest of each channel, or feature */
};

/** Of x, and of y where targets are values.
 *  shape  of a sample; of y: (K)     Errors: memory, agreed.  Collective: yes. */
ls_status ls_scale_x(const struct ls_batch *batch, int shards, struct ls_shape shape,
                     const struct ls_peers *peers, struct ls_arena *arena, struct ls_scale *scale);
ls_status ls_scale_y(const struct ls_batch *batch, int shards, size_t k,
                     const struct ls_peers *peers, struct ls_arena *arena, struct ls_scale *scale);

/** values (len) = the largest of all ranks' at each place.  Errors: memory, agreed.
 *  Collective: yes. */
ls_status ls_most_of_ranks(const struct ls_peers *peers, double *values, size_t len);

/** Place in the layout of files, (C, H, W), of element `at` in that of memory, (H, W, C).
 *  Collective: no. */
static inline size_t ls_place_in_file(struct ls_shape s, size_t at)
{
    return at % s.c * (s.h * s.w) + at / s.c;
}

#endif
