/* Metrics that are exact over any number of ranks: samples are counted into sums, the sums go up
 * the fixed tree (ls_merge_sum), and each metric is worked out once, from the root. What is
 * counted depends on the targets alone, so several metrics share the same sums.
 *
 *   classes  (K, K)  samples by true class (row) and predicted class: the confusion matrix
 *   labels   (K, 4)  per label: true positives, false positives, false negatives, true negatives
 *   values   (3)     elements, sum of |z - y|, sum of (z - y)^2
 *
 * Counts are doubles, exact up to 2^53. A metric is one file and one line in metrics.def. */
#ifndef LOCKSTEP_METRICS_METRICS_H
#define LOCKSTEP_METRICS_METRICS_H

#include "src/losses/loss.h"

enum ls_metric_kind { LS_METRIC_CLASSES, LS_METRIC_LABELS, LS_METRIC_VALUES };
enum { LS_METRIC_KINDS = 3 };
/* columns of the sums of labels, and places in the sums of values */
enum { LS_LABEL_TP, LS_LABEL_FP, LS_LABEL_FN, LS_LABEL_TN, LS_LABEL_COUNTS };
enum { LS_VALUE_COUNT, LS_VALUE_ABSOLUTE, LS_VALUE_SQUARED, LS_VALUE_SUMS };

struct ls_metric_ops {
    const char *name;
    const char *help; /* one line */
    bool higher_is_better;
    /* the metric from the sums of each kind of targets, NULL where it does not apply; NaN when
     * no sample was counted */
    double (*value[LS_METRIC_KINDS])(size_t k, const double *sums);
};

/* All metrics, NULL-terminated, in the order of metrics.def; and their names. */
extern const struct ls_metric_ops *const ls_metrics[];
extern const char *const ls_metric_names[];

/** What a model trained with this loss is measured by.  Collective: no. */
enum ls_metric_kind ls_metric_kind(const struct ls_loss *loss);

/** The metric called `name`, NULL when there is none.  Collective: no. */
const struct ls_metric_ops *ls_metric_find(const char *name);

/** The same for a job: fails with LS_USAGE, naming the nearest or the possible ones, when there is
 *  no such metric or it does not apply to `kind`. `node`: the place for messages, may be NULL.
 *  Collective: no. */
ls_status ls_metric_choose(const char *name, enum ls_metric_kind kind, const struct ls_node *node,
                           const struct ls_metric_ops **metric);

/** Number of doubles in the sums over targets of `kind` with K outputs.  Collective: no. */
size_t ls_metrics_len(enum ls_metric_kind kind, size_t k);

/** Counts n samples into `sums` (ls_metrics_len), which starts as zeros.
 *  z  (N, K)  outputs of the model. The predicted class is the largest output, the first of
 *             equals; a label is predicted where its logit is above 0, and true above 0.5
 *  Collective: no.  Errors: none. */
void ls_metrics_add(enum ls_metric_kind kind, size_t k, size_t n, const real *restrict z,
                    struct ls_targets targets, double *restrict sums);

/** The largest of z (K), the first of equals.  Collective: no. */
size_t ls_argmax(size_t k, const real *z);

/** The metric from the sums over all samples; it must apply to `kind`.  Collective: no. */
double ls_metric_value(const struct ls_metric_ops *metric, enum ls_metric_kind kind, size_t k,
                       const double *sums);

#endif
