/* The remembered loss of every sample of a dataset, spread over the ranks by sample number: rank r
 * of P holds those of samples [N r / P, N (r + 1) / P), 4 bytes each. */
#ifndef LOCKSTEP_HARD_RECALL_H
#define LOCKSTEP_HARD_RECALL_H

#include <math.h>
#include <stdint.h>

#include "src/peers.h"

struct ls_recall {
    const struct ls_peers *peers;
    double mean;          /* of what was remembered, see struct ls_hard */
    uint64_t len;         /* samples of the dataset */
    uint64_t first, last; /* this rank's samples */
    float *loss;          /* (last - first) NaN: none yet */
    size_t *bytes;        /* (size) */
};

/* A sample's loss in one batch. */
struct ls_recall_row {
    uint64_t sample;
    float loss;
};

/** First sample of rank `rank`.  Collective: no. */
uint64_t ls_recall_first(const struct ls_recall *recall, int rank);

/** Of `len` samples, nothing remembered.  Owner: arena.  Errors: memory.  Collective: no. */
ls_status ls_recall_init(struct ls_recall *recall, const struct ls_peers *peers, uint64_t len,
                         double mean, struct ls_arena *arena);

/** Remembers the losses of n rows, one after another, so that of a sample which is there twice the
 *  later row counts more; those of other ranks' samples are passed over. What is not finite changes
 *  nothing.  Collective: no, yet all ranks call it with the same rows.  Errors: none. */
void ls_recall_add(struct ls_recall *recall, const struct ls_recall_row *rows, size_t n);

/** The losses of samples [begin, begin + n), whoever holds them, to every rank.
 *  loss  (n) overwritten
 *  Collective: yes.  Errors: none.  Cost: a gather of 4 n bytes. */
void ls_recall_read(const struct ls_recall *recall, uint64_t begin, size_t n, float *loss);

/** This rank's losses out of those of samples [begin, begin + n).  Collective: no. */
void ls_recall_write(struct ls_recall *recall, uint64_t begin, size_t n, const float *loss);

#endif
