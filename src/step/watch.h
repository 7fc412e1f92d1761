/* A step seen layer by layer: what lies in the outputs, how large gradients and updates are. A
 * watch looks at the steps for which it is `on`; nothing that is computed depends on it, and its
 * figures go up the fixed tree, so they have the same bits on any number of ranks. */
#ifndef LOCKSTEP_STEP_WATCH_H
#define LOCKSTEP_STEP_WATCH_H

#include "src/step/pass.h"

struct ls_trainer;
struct ls_gradient;
struct ls_range;

/* Figures of one layer; NaN where there is none of that sort. */
struct ls_watch_layer {
    double mean, deviation; /* of all values of its outputs over the global batch */
    double dead;            /* of a rectifier: share of channels that are 0 in all of the batch */
    double grad_norm;       /* of its parameters, before clipping */
    double weight_norm;     /* of its parameters, before the update */
    double update_ratio;    /* norm of the update / weight_norm */
};

struct ls_watch {
    bool on; /* the step at hand is watched; set by whoever runs it, alike on all ranks */
    struct ls_watch_layer *layers; /* (n_layers) of the last step that was */

    /* private */
    const struct ls_trainer *trainer;
    struct ls_fold fold;     /* of moments */
    double *moments;         /* (shards, n_layers, MOMENTS) */
    size_t n_channels;       /* of all rectifiers */
    size_t *first_channel;   /* (n_layers) */
    unsigned char *alive;    /* (shards, n_channels) a value above 0 has been seen */
    unsigned char *gathered; /* (size, n_channels) */
    size_t *bytes;           /* (size) */
    double *sums;            /* (n_ranges, SUMS) shared by the ranks of a node */
};

/** Makes the trainer's workspace call the watch.
 *  Owner: arena.  Errors: memory, the same on all ranks.  Collective: yes. */
ls_status ls_watch_init(struct ls_watch *watch, struct ls_trainer *trainer, struct ls_arena *arena);

/** Whether the step at hand is watched; NULL: it is not.  Collective: no. */
static inline bool ls_watch_is_on(const struct ls_watch *watch)
{
    return watch && watch->on;
}

/** Layer l has run forward over `run`, whose outputs are still there.
 *  Collective: no.  Errors: none. */
void ls_watch_outputs(const struct ls_pass *pass, int l, const struct ls_run *run);

/** Range `r` of the trainer's has been updated.
 *  gradient  before clipping     before  (len) the parameters before     Collective: no. */
void ls_watch_update(const struct ls_watch *watch, const struct ls_gradient *gradient, size_t r,
                     const real *before);

/** A forward pass is done: fills mean and deviation of `layers`.  Collective: yes.  Errors: none.
 */
void ls_watch_moments(struct ls_watch *watch);

/** The step is done: fills `layers`.  Collective: yes.  Errors: none. */
void ls_watch_finish(struct ls_watch *watch);

#endif
