/* The last steps of a run, so that a failure can be told with what led to it: a ring on each rank,
 * in which a step costs a few numbers. Norms of the weights take a pass over them, so they are
 * there for one step in LS_WEIGH_EVERY. */
#ifndef LOCKSTEP_EXAMINE_HISTORY_H
#define LOCKSTEP_EXAMINE_HISTORY_H

#include "src/step/trainer.h"

enum { LS_HISTORY = 64, LS_WEIGH_EVERY = 16 };

struct ls_history_row {
    double step; /* from 1 */
    double loss, lr, grad_norm;
    double weight_norm; /* before the step; NaN: not taken */
};

struct ls_history {
    size_t layers;
    size_t first, len;          /* the oldest row, rows that are there */
    struct ls_history_row *row; /* (LS_HISTORY) */
    double *gradients;          /* (LS_HISTORY, layers) norms, by layer */
    double *weights;            /* (layers) likewise, when `step` was the next one */
    double weights_at;          /* step, from 1; NaN: not taken yet */
    double *start;              /* (layers) the same when the run, or this part of it, began */
    double start_at;
};

/** An empty history.  Errors: memory.  Owner: arena.  Collective: no. */
ls_status ls_history_init(struct ls_history *history, size_t layers, struct ls_arena *arena);

/** Forgets all steps, for a run that goes back.  Collective: no. */
void ls_history_clear(struct ls_history *history);

/** Before step `step` (from 1): takes the norms of the weights when they are due.
 *  Collective: no. */
void ls_history_weigh(struct ls_history *history, const struct ls_model *model, uint64_t step);

/** After a step, refused or not: adds its record.
 *  gradients  (layers) norms    Collective: no. */
void ls_history_add(struct ls_history *history, const struct ls_record *record,
                    const double *gradients);

/** Row i, from the oldest, and the norms of its gradients.  Collective: no. */
const struct ls_history_row *ls_history_row(const struct ls_history *history, size_t i);
const double *ls_history_gradients(const struct ls_history *history, size_t i);

/** Norm of all weights from those of the layers.  Collective: no. */
double ls_history_total(const double *norms, size_t layers);

/** Norm of each layer's parameters into `norms` (layers).  Collective: no. */
void ls_weigh(const struct ls_model *model, double *norms);

#endif
