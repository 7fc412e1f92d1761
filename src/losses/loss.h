/* A loss over the outputs of the model: one file per kind, one line in losses.def. A loss gives,
 * for each example, its weighted value and its weight; the loss of a global batch is the sum of
 * values over the sum of weights, both over all ranks, divided once after the reduction. So the
 * gradient that a loss writes is that of the value, not divided by anything.
 *
 * An example is a sample for losses over classes, and otherwise one output of a sample: its place
 * is then the output's number. */
#ifndef LOCKSTEP_LOSSES_LOSS_H
#define LOCKSTEP_LOSSES_LOSS_H

#include <stdint.h>

#include "src/base/option.h"
#include "src/base/real.h"
#include "src/losses/mine.h"

enum ls_target_kind { LS_TARGET_CLASS, LS_TARGET_VALUES };

/* Targets of a run of samples: one of the two, by kind. */
struct ls_targets {
    const int32_t *classes; /* (N), in [0, K) */
    const real *values;     /* (N, K) */
};

/* Arguments that a loss takes beside its own; which of them, ls_loss_shared_options tells. */
struct ls_loss_shared {
    const struct ls_node *class_counts, *class_weights, *mine;
    size_t class_weights_from_epoch;
    int target; /* enum ls_target */
};

/* What losses of values compare the outputs with. */
enum ls_target { LS_TARGET_LABELS, LS_TARGET_INPUT };

struct ls_loss_ops;

struct ls_loss {
    const struct ls_loss_ops *ops;
    const void *args;
    struct ls_loss_shared shared;
    struct ls_mine mine;        /* which examples of a batch are trained on */
    size_t k;                   /* outputs of the model */
    const double *class_weight; /* (K), all 1 when the job names none */
    const double *ones;         /* (K) */
    const size_t *class_count;  /* (K) of the training set; NULL: the kind does not ask for it */
    const double *per_class;    /* (K) what the kind's `plan` worked out, NULL: nothing */
};

struct ls_loss_ops {
    const char *kind;
    const char *help;
    const struct ls_option *options;
    size_t args_bytes;
    enum ls_target_kind target;
    bool multi_label; /* values are 0 or 1 for each of K labels, and z their logits */
    bool bounded;     /* outputs are meant to stay within [-1, 1] */
    bool counts;      /* depends on the samples of each class in the training set */
    /* Works `per_class` out of arguments, k and class_count; NULL: nothing to do.
     * Errors: LS_USAGE, memory. */
    ls_status (*plan)(struct ls_loss *loss, struct ls_arena *arena);
    /* Of losses over classes. z (K) outputs for one sample of class y. Writes dz (K) unless it is
     * NULL, and the weight; returns the weighted value. Stable for any finite z. */
    double (*sample)(const struct ls_loss *loss, const real *restrict z, int32_t y,
                     real *restrict dz, double *weight);
    /* Of the others: output number `place` of a sample and what it should be. Writes the slope;
     * returns the value. The weight is 1. Stable for any finite z. */
    double (*element)(const struct ls_loss *loss, size_t place, double z, double y, double *slope);
};

extern const struct ls_loss_ops *const ls_loss_kinds[];

/** What a kind takes beside its own options; NULL: all that some kind takes, for the help.
 *  Collective: no. */
const struct ls_option *ls_loss_shared_options(const struct ls_loss_ops *ops);

/** Reads `loss:` of a job: KIND or {KIND: arguments}. What needs the number of outputs stays
 *  unresolved.  Errors: LS_USAGE.  Owner: arena.  Collective: no. */
ls_status ls_loss_parse(struct ls_loss *loss, const struct ls_node *node, struct ls_arena *arena);

/** True when ls_loss_plan needs the class counts of the training set.  Collective: no. */
bool ls_loss_needs_counts(const struct ls_loss *loss);

/** Fixes the number of outputs and all that follows from it and from the classes' counts.
 *  counts  (K) samples of each class in the training set, may be NULL unless
 *          ls_loss_needs_counts
 *  Errors: LS_USAGE: a list of another length, a negative weight.  Owner: arena.
 *  Collective: no. */
ls_status ls_loss_plan(struct ls_loss *loss, size_t k, const uint64_t *counts,
                       struct ls_arena *arena);

/** The loss as a step of `epoch` (from 0) trains on it: before class_weights_from_epoch all class
 *  weights are 1. Evaluation always takes the loss with its weights.  Collective: no. */
struct ls_loss ls_loss_in_epoch(const struct ls_loss *loss, uint64_t epoch);

/* Sums over examples. */
struct ls_loss_sum {
    double value, weight;
};

/** Examples of a sample.  Collective: no. */
static inline size_t ls_loss_places(const struct ls_loss *loss)
{
    return loss->ops->target == LS_TARGET_CLASS ? 1 : loss->k;
}

/** One example: sample i at `place`; writes its part of dz (N, K) unless NULL.
 *  Collective: no.  Errors: none. */
struct ls_loss_sum ls_loss_example(const struct ls_loss *loss, size_t i, size_t place,
                                   const real *restrict z, struct ls_targets targets,
                                   real *restrict dz);

/** Sums over n samples in order; writes dz (N, K) unless NULL.
 *  Collective: no.  Errors: none. */
struct ls_loss_sum ls_loss_run(const struct ls_loss *loss, size_t n, const real *restrict z,
                               struct ls_targets targets, real *restrict dz);

/** The same; also the loss of every sample by itself.
 *  each  (n) overwritten, as ls_loss_alone gives it
 *  Collective: no.  Errors: none. */
struct ls_loss_sum ls_loss_run_each(const struct ls_loss *loss, size_t n, const real *restrict z,
                                    struct ls_targets targets, real *restrict dz,
                                    float *restrict each);

/** The loss of sample i by itself, whatever the class weights: the mean over its examples.
 *  value  the sum over its examples, as ls_loss_example gave them
 *  Collective: no.  Errors: none.  Cost: where there are class weights, working it out again. */
float ls_loss_alone(const struct ls_loss *loss, size_t i, double value, const real *restrict z,
                    struct ls_targets targets);

#endif
