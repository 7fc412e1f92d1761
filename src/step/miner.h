/* Mining: of a global batch only the hardest examples are trained on, chosen among those of all
 * ranks at once. The order is total: loss descending (a NaN counts as the largest, so that it is
 * seen), then sample number, then place in the sample, then row in the batch, which tells a sample
 * that was drawn twice from itself. So the choice is the same on any number of ranks, and ties
 * cannot make it larger or smaller. */
#ifndef LOCKSTEP_STEP_MINER_H
#define LOCKSTEP_STEP_MINER_H

#include "src/step/pass.h"
#include "src/tree/counts.h"

enum { LS_MINER_WORDS = 3, LS_MINER_BINS = 256 };

struct ls_miner {
    size_t room;                  /* examples of a shard */
    struct ls_loss_sum *examples; /* (local shards, room) */
    struct ls_counts counts;      /* of LS_MINER_BINS */
    bool none;                    /* no candidate is chosen */
    uint64_t cut[LS_MINER_WORDS]; /* the key of the last one that is */
};

/** Owner: arena.  Errors: memory.  Collective: no. */
ls_status ls_miner_init(struct ls_miner *miner, const struct ls_workspace *ws,
                        const struct ls_loss *loss, struct ls_arena *arena);

/** Works out the loss and the gradient of every example of this rank, and which are chosen:
 *  the key of the k-th in the order is found digit by digit, most significant first,
 *
 *      rank 0   how many of its candidates have digit 0, 1, ... 255   -.
 *      rank 1   the same                                               +- sum -> the digit of the
 *      rank 2   the same                                              -'         k-th; again among
 *                                                                                those that have it
 *
 *  until as many are left as are wanted: a few times where losses differ, 24 times at most.
 *  Collective: yes.  Errors: none.  Cost: for each digit a gather of 2 KiB a rank and a pass over
 *  the rank's examples.
 *  Limitations: every rank adds up what all sent, so the bytes grow with the ranks. */
void ls_miner_choose(const struct ls_pass *pass, const struct ls_loss *loss);

/** Sums over the chosen examples of local shard `shard`; the gradient of the others becomes 0.
 *  each  (n) the loss of every sample by itself, chosen or not; NULL: not wanted
 *  Collective: no.  Errors: none. */
struct ls_loss_sum ls_miner_sum(const struct ls_pass *pass, const struct ls_loss *loss, int shard,
                                float *each);

#endif
