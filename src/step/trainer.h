/* Training, one step after another. A step reads like this, one file each: the plan of the batch
 * and reading it (data/loader.c), forward, loss, backward, reduce, norm, finite?, update, and the
 * record that comes back. */
#ifndef LOCKSTEP_STEP_TRAINER_H
#define LOCKSTEP_STEP_TRAINER_H

#include "src/optim/gradient.h"
#include "src/optim/noise.h"
#include "src/optim/optimizer.h"
#include "src/optim/schedule.h"
#include "src/step/pass.h"
#include "src/step/remember.h"

/* Elements that lie in the first cache with all that an update reads and writes of them; a block of
 * the norm is a multiple. */
enum { LS_RANGE = 1024 };

/* A run of at most LS_RANGE elements of the slab, within one tensor and one block of the norm. */
struct ls_range {
    size_t begin, len;
    int layer, tensor; /* tensor: counts those that are trained */
    bool decayed;      /* weight decay and penalties apply */
    double lr_scale;
    uint64_t since; /* the first step that trains it */
};

/* What a step is made of; everything is borrowed and must outlive the trainer. */
struct ls_trainer_spec {
    struct ls_model *model;
    const struct ls_loss *loss;
    const struct ls_optimizer *optimizer;
    const struct ls_schedule *schedule;
    struct ls_clip clip;
    struct ls_penalty penalty;
    struct ls_noise noise;
    uint64_t seed;
    struct ls_recall *recall; /* where losses are remembered; NULL: nowhere */
};

/* Ranges [begin, end) of one block that belong to one layer, whose part of the norm is taken by
 * itself where the block has other layers' too. */
struct ls_cell {
    size_t begin, end;
};

/* The parameters, the optimiser's state and the partial sums of the norm lie in memory that the
 * ranks of a node share; so does the reduced gradient. The blocks of the norm are the unit of both
 * passes over the slab: each rank of a node takes a run of them, its threads share that out. */
struct ls_trainer {
    struct ls_trainer_spec spec;
    struct ls_workspace *ws;
    real *slot[LS_MAX_SLOTS]; /* (n_params) state of the optimiser */
    size_t n_ranges, n_blocks;
    int n_tensors;
    struct ls_range *ranges;        /* (n_ranges) of what is trained, in the order of the slab */
    size_t *block;                  /* (n_blocks + 1) the first range of each */
    size_t first_block, last_block; /* this rank's */
    double *partial;                /* (n_blocks) of the norm */
    size_t n_cells;
    struct ls_cell *cells; /* (n_cells) in the order of the blocks */
    size_t *cell;          /* (n_blocks + 1) the first cell of each */
    double *squares;       /* (n_cells) likewise, of each cell */
    double *sizes;         /* (n_blocks) likewise, the largest element after an update */
    uint64_t skipped;      /* steps that were passed over: they count for nothing but the plan */
    double most_lr_scale;  /* of all layers */
    double lr_factor; /* what the schedule's rate is multiplied by: 1 until a run has gone back */
    struct ls_reach reach; /* no element is larger; infinite: not known */
    double *range_sums;    /* likewise, (n_ranges, 2) for clip.adaptive; NULL without */
    real *adapted;         /* (tensors) what it multiplies the gradient by */
    double *layer_norm;    /* (layers) of each layer's gradient, by ls_trainer_norm */
    struct ls_remember remember;
};

/* What is known of a step once it is done, the same on all ranks. */
struct ls_record {
    uint64_t step, epoch; /* from 0 */
    size_t samples;
    double loss, lr, grad_norm;
    bool stop; /* some rank was asked to stop */
};

/** Takes the workspace over and shares the model's parameters; the optimiser's state is zero.
 *  Owner: arena.  Errors: memory, the same on all ranks.  Collective: yes. */
ls_status ls_trainer_init(struct ls_trainer *trainer, const struct ls_trainer_spec *spec,
                          struct ls_workspace *ws, struct ls_arena *arena);

/** Lists what is trained anew, after layers were frozen or the contrary: at most what was when the
 *  trainer was made.  Collective: no; all ranks alike. */
void ls_trainer_list(struct ls_trainer *trainer);

/** One step on `batch`. Parameters, state, running statistics and what is remembered change only
 *  when all is well.
 *  stop  this rank was asked to stop; the record tells whether any was
 *  Errors, the same on all ranks: what reading the batch failed with on any of them; LS_DIVERGED
 *  when the loss or the gradient is not finite, or the parameters would not be.  Collective: yes.
 */
ls_status ls_trainer_step(struct ls_trainer *trainer, const struct ls_batch *batch, bool stop,
                          struct ls_record *record);

/** What a pass has given, from its tail: the record but for the norm, and the gradient before
 *  clipping.  Collective: no. */
void ls_trainer_take(const struct ls_trainer *trainer, const struct ls_batch *batch,
                     const double *tail, struct ls_record *record, struct ls_gradient *gradient);

/** Whether weight decay and penalties apply to a tensor.  Collective: no. */
bool ls_trainer_decays(const struct ls_trainer *trainer, const struct ls_param *param);

/** A range of the gradient into g (range.len).  Collective: no. */
void ls_trainer_gradient(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                         struct ls_range range, real *g);

/** The first pass: the norm of the whole gradient, and that of each layer's into layer_norm.
 *  Collective: yes.  Errors: none. */
double ls_trainer_norm(const struct ls_trainer *trainer, const struct ls_gradient *gradient);

/** LS_DIVERGED, with what is wrong, unless loss and norm are finite; the same on all ranks.
 *  Collective: no. */
ls_status ls_trainer_finite(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                            const struct ls_record *record);

/** The factors of clip.adaptive, for each tensor min(1, adaptive max(|w|, 1e-3) / |g|).
 *  Source: Brock et al., "High-performance large-scale image recognition without normalization",
 *  2021, by tensors.  Collective: yes.  Errors: none. */
void ls_trainer_adapt(const struct ls_trainer *trainer, const struct ls_gradient *gradient);

/** After an update: no output's weights have a norm above penalty.max_norm; those that do are
 *  scaled down to it.  Collective: yes.  Errors: none. */
void ls_trainer_bound(const struct ls_trainer *trainer);

/** The gradient as the update takes it: clipped by its norm and by value.  Collective: no. */
struct ls_gradient ls_trainer_clipped(const struct ls_trainer *trainer,
                                      const struct ls_gradient *gradient,
                                      const struct ls_record *record);

/** What an update would make of a range, without making it.
 *  gradient  clipped     w  (LS_RANGE), overwritten     slot  likewise, of each slot
 *  Collective: no. */
void ls_trainer_foresee(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                        struct ls_range range, const struct ls_record *record, real *w,
                        real *const *slot);

/** LS_DIVERGED when a parameter, the optimiser's state or a running statistic would not be finite
 *  after the update; the same on all ranks. Elements are looked at only when they may be near the
 *  end of what a real holds.
 *  Collective: yes. */
ls_status ls_trainer_overflow(struct ls_trainer *trainer, const struct ls_gradient *gradient,
                              const struct ls_record *record);

/** The second pass: clipping, decay and the update of parameters and state; running statistics.
 *  Collective: yes.  Errors: none. */
void ls_trainer_update(const struct ls_trainer *trainer, const struct ls_gradient *gradient,
                       const struct ls_record *record);

#endif
