/* Which examples of a global batch are trained on: all, or the hardest of them (`mine:` of a
 * loss). The choice itself is made over all ranks at once, in src/step/miner.h. */
#ifndef LOCKSTEP_LOSSES_MINE_H
#define LOCKSTEP_LOSSES_MINE_H

#include <stdint.h>

#include "src/base/option.h"

enum ls_mine_rule {
    LS_MINE_NONE,
    LS_MINE_KEEP,     /* the hardest `keep` of all examples (OHEM) */
    LS_MINE_NEGATIVES /* all positives, and the hardest negatives in proportion to them */
};

struct ls_mine {
    enum ls_mine_rule rule;
    double keep;                   /* share of all examples */
    double negatives_per_positive; /* of the hardest negatives */
    size_t at_least;               /* negatives, however few the positives */
};

/** Reads `mine:`; NULL: none.
 *  labelled  examples are positive or negative
 *  Errors: LS_USAGE.  Collective: no. */
ls_status ls_mine_parse(struct ls_mine *mine, const struct ls_node *node, bool labelled,
                        struct ls_arena *arena);

/** How many of the candidates are kept, the hardest first: of all examples keep n rounded to the
 *  nearest whole number, at least 1; of the negatives negatives_per_positive times the positives,
 *  rounded, at least at_least. Never more than there are.
 *  positives, negatives  of the global batch; with keep all examples are `negatives`
 *  Source: Shrivastava et al., "Training region-based object detectors with online hard example
 *  mining", 2016; for negatives Liu et al., "SSD: single shot multibox detector", 2016.
 *  Collective: no. */
uint64_t ls_mine_count(const struct ls_mine *mine, uint64_t positives, uint64_t negatives);

#endif
