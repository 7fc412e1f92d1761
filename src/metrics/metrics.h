/* Metrics that are exact over any number of ranks: samples are counted into sums that are added up
 * over all ranks, and each metric is worked out once, from what all samples gave. What is counted
 * depends on the targets alone, so several metrics share the same sums.
 *
 *   counts    classes  (K, K)  samples by true class (row) and predicted class: the confusion
 * matrix labels   (K, 4)  per label: true positives, false positives, false negatives, true
 *                              negatives
 *             values   (3)     elements, sum of |z - y|, sum of (z - y)^2
 *   bins      classes, labels: predictions by their confidence (src/metrics/bins.c)
 *   rankings  classes, labels: how well the scores of each class order the samples
 *             (src/metrics/ranking.h)
 *
 * Counts are doubles, exact up to 2^53. Bins and rankings are made of scores, and wanted by some
 * metrics only. Definitions are scikit-learn's with zero_division = 0; scores are what `lockstep
 * predict` writes. A metric is one file and one line in metrics.def. */
#ifndef LOCKSTEP_METRICS_METRICS_H
#define LOCKSTEP_METRICS_METRICS_H

#include "src/losses/loss.h"
#include "src/metrics/ranking.h"

enum ls_metric_kind { LS_METRIC_CLASSES, LS_METRIC_LABELS, LS_METRIC_VALUES };
enum { LS_METRIC_KINDS = 3 };
/* columns of the counts of labels, and places in the sums of values */
enum { LS_LABEL_TP, LS_LABEL_FP, LS_LABEL_FN, LS_LABEL_TN, LS_LABEL_COUNTS };
enum { LS_VALUE_COUNT, LS_VALUE_ABSOLUTE, LS_VALUE_SQUARED, LS_VALUE_SUMS };
/* bins of confidence, and the columns of each */
enum { LS_BINS = 15 };
enum { LS_BIN_COUNT, LS_BIN_RIGHT, LS_BIN_CONFIDENCE, LS_BIN_SUMS };

/* What a metric is worked out from: bits of a set. */
enum { LS_WANT_COUNTS = 1, LS_WANT_BINS = 2, LS_WANT_RANKINGS = 4 };

/* What all samples gave; NULL where it was not wanted. */
struct ls_measures {
    size_t k; /* outputs of the model */
    const double *counts;
    const double *bins;                /* (LS_BINS, LS_BIN_SUMS) */
    const struct ls_ranking *rankings; /* (K) */
};

struct ls_metric_ops {
    const char *name;
    const char *help; /* one line */
    bool higher_is_better;
    unsigned wants; /* LS_WANT_... beside the counts */
    /* the metric of each kind of targets, NULL where it does not apply; NaN when no sample was
     * counted, or none that it could be worked out from */
    double (*value[LS_METRIC_KINDS])(const struct ls_measures *measures);
};

/* What the predictions of one class or label are worth; NaN: not known. */
struct ls_class_figures {
    double precision, recall, f1; /* 0 where they would be 0 / 0 */
    double support;               /* samples that are of it */
    double auroc, average_precision;
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

/** What all metrics that apply to `kind` want together.  Collective: no. */
unsigned ls_metrics_wants(enum ls_metric_kind kind);

/** Number of doubles in the counts of targets of `kind` with K outputs.  Collective: no. */
size_t ls_metrics_len(enum ls_metric_kind kind, size_t k);

/** Counts n samples into `counts` (ls_metrics_len), which starts as zeros.
 *  z  (N, K)  outputs of the model. The predicted class is the largest output, the first of
 *             equals; a label is predicted where its logit is above 0, and true above 0.5
 *  Collective: no.  Errors: none. */
void ls_metrics_add(enum ls_metric_kind kind, size_t k, size_t n, const real *restrict z,
                    struct ls_targets targets, double *restrict counts);

/** The largest of z (K), the first of equals.  Collective: no. */
size_t ls_argmax(size_t k, const real *z);

/** Outputs z (K) of a sample as scores (K): probabilities of the classes (softmax), or of each
 *  label (sigmoid), worked out in double and rounded once; or the values themselves.
 *  Collective: no. */
void ls_metrics_scores(enum ls_metric_kind kind, size_t k, const real *restrict z,
                       float *restrict scores);

/** Counts one sample's predictions into `bins`, which starts as zeros: the predicted class, or
 *  each label, by the confidence in the prediction.
 *  z, scores  (K)     classes: `class_` is true; labels: values (K)
 *  Collective: no.  Errors: none. */
void ls_metrics_add_bins(enum ls_metric_kind kind, size_t k, const real *restrict z,
                         const float *restrict scores, int32_t class_, const real *restrict values,
                         double *restrict bins);

/** Whether a metric applies to `kind` and all that it wants was measured.  Collective: no. */
bool ls_metric_is_known(const struct ls_metric_ops *metric, enum ls_metric_kind kind,
                        const struct ls_measures *measures);

/** The metric over all samples; it must be known.  Collective: no. */
double ls_metric_value(const struct ls_metric_ops *metric, enum ls_metric_kind kind,
                       const struct ls_measures *measures);

/** Of class or label c; kind: classes or labels.  Source: sklearn's precision_recall_fscore_support
 *  with zero_division = 0.  Cost: K additions.  Collective: no. */
struct ls_class_figures ls_metrics_class(enum ls_metric_kind kind,
                                         const struct ls_measures *measures, size_t c);

#endif
