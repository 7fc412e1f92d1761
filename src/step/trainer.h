/* Training, one step after another. A step reads like this, one file each: the plan of the batch
 * and reading it (data/loader.c), forward, loss, backward, reduce, finite?, clip, update, and the
 * record that comes back. */
#ifndef LOCKSTEP_STEP_TRAINER_H
#define LOCKSTEP_STEP_TRAINER_H

#include "src/optim/clip.h"
#include "src/optim/optimizer.h"
#include "src/optim/penalty.h"
#include "src/optim/schedule.h"
#include "src/step/pass.h"

/* A run of elements of the slab within one tensor, the unit that threads share out. */
struct ls_range {
    size_t begin, len;
    bool decayed; /* weight decay and penalties apply */
};

/* What a step is made of; everything is borrowed and must outlive the trainer. */
struct ls_trainer_spec {
    const struct ls_model *model;
    const struct ls_loss *loss;
    const struct ls_optimizer *optimizer;
    const struct ls_schedule *schedule;
    struct ls_clip clip;
    struct ls_penalty penalty;
    uint64_t seed;
};

struct ls_trainer {
    struct ls_trainer_spec spec;
    struct ls_workspace *ws;
    real *slot[LS_MAX_SLOTS]; /* (n_params) state of the optimiser */
    size_t n_ranges;
    struct ls_range *ranges;
    double *partial; /* of the norm, by block */
};

/* What is known of a step once it is done, the same on all ranks. */
struct ls_record {
    uint64_t step, epoch; /* from 0 */
    size_t samples;
    double loss, lr, grad_norm;
    bool stop; /* some rank was asked to stop */
};

/** Takes the workspace over; the optimiser's state is zero.  Owner: arena.  Errors: memory.
 *  Collective: no. */
ls_status ls_trainer_init(struct ls_trainer *trainer, const struct ls_trainer_spec *spec,
                          struct ls_workspace *ws, struct ls_arena *arena);

/** One step on `batch`. Parameters, state and running statistics change only when all is well.
 *  stop  this rank was asked to stop; the record tells whether any was
 *  Errors, the same on all ranks: what reading the batch failed with on any of them; LS_DIVERGED
 *  when the loss or the gradient is not finite.  Collective: yes. */
ls_status ls_trainer_step(struct ls_trainer *trainer, const struct ls_batch *batch, bool stop,
                          struct ls_record *record);

/** sum -> divide -> penalties; returns the norm of the whole gradient.
 *  gradient  the slab, as reduced     weight  sum of weights over the global batch
 *  Collective: no. */
double ls_trainer_gradient(const struct ls_trainer *trainer, real *gradient, double weight);

/** LS_DIVERGED, with what is wrong, unless loss and norm are finite.  Collective: no. */
ls_status ls_trainer_finite(const struct ls_trainer *trainer, const real *gradient,
                            const struct ls_record *record);

/** Clips the gradient, by norm or by value.  Collective: no. */
void ls_trainer_clip(const struct ls_trainer *trainer, real *gradient, double norm);

/** Decay and update of parameters and state; running statistics.  Collective: no. */
void ls_trainer_update(struct ls_trainer *trainer, const real *gradient,
                       const struct ls_record *record);

#endif
