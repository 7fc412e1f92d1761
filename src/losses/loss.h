/* A loss over the outputs of the model: one file per kind, one line in losses.def. A loss gives,
 * for each sample, its weighted value and its weight; the loss of a global batch is the sum of
 * values over the sum of weights, both over all ranks, divided once after the reduction. So the
 * gradient that `sample` writes is that of the value, not divided by anything. */
#ifndef LOCKSTEP_LOSSES_LOSS_H
#define LOCKSTEP_LOSSES_LOSS_H

#include <stdint.h>

#include "src/base/option.h"
#include "src/base/real.h"

enum ls_target_kind { LS_TARGET_CLASS, LS_TARGET_VALUES };

/* Targets of a run of samples: one of the two, by kind. */
struct ls_targets {
    const int32_t *classes; /* (N), in [0, K) */
    const real *values;     /* (N, K) */
};

struct ls_loss_ops;

struct ls_loss {
    const struct ls_loss_ops *ops;
    const void *args;
    size_t k;                   /* outputs of the model */
    const double *class_weight; /* (K), all 1 when the job names none */
};

struct ls_loss_ops {
    const char *kind;
    const char *help;
    const struct ls_option *options;
    size_t args_bytes;
    enum ls_target_kind target;
    bool multi_label; /* values are 0 or 1 for each of K labels, and z their logits */
    /* place in args of `const struct ls_node *class_weights`; 0: the kind has none (no kind has
     * it first) */
    size_t class_weights_offset;
    /* One sample: z (K) outputs of the model; the class, or values (K). Writes dz (K) unless it
     * is NULL, and the weight; returns the weighted value. Stable for any finite z. */
    double (*sample)(const struct ls_loss *loss, const real *restrict z, int32_t class_,
                     const real *restrict values, real *restrict dz, double *weight);
};

extern const struct ls_loss_ops *const ls_loss_kinds[];

/** Reads `loss:` of a job: KIND or {KIND: arguments}. class_weights stay unresolved.
 *  Errors: LS_USAGE.  Owner: arena.  Collective: no. */
ls_status ls_loss_parse(struct ls_loss *loss, const struct ls_node *node, struct ls_arena *arena);

/** True when `class_weights: balanced` needs the class counts of the training set.
 *  Collective: no. */
bool ls_loss_needs_counts(const struct ls_loss *loss);

/** Fixes the number of outputs and the class weights: none, a list of K, or balanced, which is
 *  n / (k n_c) over the training set (0 for a class without samples).
 *  counts  (K) samples of each class, may be NULL unless ls_loss_needs_counts
 *  Errors: LS_USAGE: a list of another length, a negative weight.  Collective: no. */
ls_status ls_loss_plan(struct ls_loss *loss, size_t k, const uint64_t *counts,
                       struct ls_arena *arena);

/* Sums over a run of samples. */
struct ls_loss_sum {
    double value, weight;
};

/** Sums over n samples in order; writes dz (N, K) unless NULL.
 *  Collective: no.  Errors: none. */
struct ls_loss_sum ls_loss_run(const struct ls_loss *loss, size_t n, const real *restrict z,
                               struct ls_targets targets, real *restrict dz);

#endif
