/* An optimiser: one file per kind, one line in optimizers.def. Its state is up to LS_MAX_SLOTS
 * slabs of the parameters' length, named as PyTorch names them, all zero before the first step. */
#ifndef LOCKSTEP_OPTIM_OPTIMIZER_H
#define LOCKSTEP_OPTIM_OPTIMIZER_H

#include <stdint.h>

#include "src/base/option.h"
#include "src/base/real.h"

enum { LS_MAX_SLOTS = 3 };
enum ls_decay { LS_DECAY_WEIGHTS, LS_DECAY_ALL };

struct ls_optimizer_ops;

struct ls_optimizer {
    const struct ls_optimizer_ops *ops;
    const void *args;
    double lr; /* before the schedule */
    double weight_decay;
    enum ls_decay decay; /* which tensors are decayed and regularised */
    int n_slots;
    const char *slot_name[LS_MAX_SLOTS];
};

/* One update of a run of elements. */
struct ls_update {
    double lr;           /* after the schedule */
    double weight_decay; /* 0 for exempt tensors */
    uint64_t step;       /* from 1, for bias correction */
    size_t len;
    real *restrict w;
    const real *restrict g;
    real *slot[LS_MAX_SLOTS];
};

/* Sizes that no element of the parameters, the gradient and the slots exceeds. */
struct ls_reach {
    double w, g, slot[LS_MAX_SLOTS];
};

struct ls_optimizer_ops {
    const char *kind;
    const char *help;
    const struct ls_option *options; /* must have lr, weight_decay and decay */
    size_t args_bytes;
    /* Fills the fields of `optimizer` from its args. Errors: LS_USAGE. */
    ls_status (*plan)(struct ls_optimizer *optimizer);
    void (*update)(const struct ls_optimizer *optimizer, const struct ls_update *update);
    /* Learning rates that are usual, times what follows. */
    double usual_lr[2];
    bool adaptive; /* the step of an element is about lr, however large its gradient */
    /* By how much momentum lengthens the step along a steady gradient; NULL: not at all. */
    double (*gain)(const struct ls_optimizer *optimizer);
    /* What an update with `lr` and `weight_decay` makes of w and the slots at most: loose, but
     * never too small. So a step that cannot overflow is known without looking at its elements. */
    void (*reach)(const struct ls_optimizer *optimizer, double lr, double weight_decay,
                  struct ls_reach *reach);
};

extern const struct ls_optimizer_ops *const ls_optimizer_kinds[];

/** Reads `optimizer:` of a job.  Errors: LS_USAGE.  Owner: arena.  Collective: no. */
ls_status ls_optimizer_parse(struct ls_optimizer *optimizer, const struct ls_node *node,
                             struct ls_arena *arena);

/** Updates w and the slots.  Collective: no.  Errors: none. */
void ls_optimizer_update(const struct ls_optimizer *optimizer, const struct ls_update *update);

#endif
