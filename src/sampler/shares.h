/* The share of each class in what is drawn: from `sampler.balance` and the number of samples of
 * each class to whole numbers, exact wherever the job's own are. */
#ifndef LOCKSTEP_SAMPLER_SHARES_H
#define LOCKSTEP_SAMPLER_SHARES_H

#include <stdint.h>

#include "src/base/node.h"

enum ls_balance_kind {
    LS_BALANCE_NONE,
    LS_BALANCE_EQUAL,    /* every class that has samples alike */
    LS_BALANCE_SQRT,     /* in proportion to the root of its samples */
    LS_BALANCE_RATIO,    /* in given parts */
    LS_BALANCE_EFFECTIVE /* n_c / E_c, with the effective number E_c = (1 - beta^n_c) / (1 - beta)
                            of Cui et al., "Class-balanced loss based on effective number of
                            samples", CVPR 2019: as class_weights by effective number would weigh
                            them */
};

/* As the job says it. */
struct ls_balance_spec {
    enum ls_balance_kind kind;
    double beta;                 /* LS_BALANCE_EFFECTIVE */
    const struct ls_node *ratio; /* LS_BALANCE_RATIO: a map from class to parts */
    const struct ls_node *node;  /* for messages */
};

/* The classes that there are. */
struct ls_class_facts {
    size_t len;
    const uint64_t *n; /* (len) samples of each */
    size_t n_names;    /* 0: the classes have no names */
    const char *const *names;
};

/** Reads the node of sampler.balance; NULL: none.
 *  Errors: LS_USAGE with its place.  Owner: the node's.  Collective: no. */
ls_status ls_balance_parse(struct ls_balance_spec *spec, const struct ls_node *node,
                           struct ls_arena *arena);

/** The share of class c is weights[c] / sum of all, of which the sum is at most LS_FAIR_MAX_SUM
 *  (src/sampler/fair.h). A class that `ratio` does not name keeps its natural share of the whole,
 *  and the others share the rest in their parts.
 *  weights  (len), overwritten
 *  Errors: LS_USAGE: a class that there is not, one without samples, or one that is named twice.
 *  Collective: no. */
ls_status ls_shares(const struct ls_balance_spec *spec, const struct ls_class_facts *facts,
                    uint64_t *weights, struct ls_arena *arena);

#endif
