/* Numbers by class: what the losses over classes are weighted and shifted by. Files of losses
 * only. */
#ifndef LOCKSTEP_LOSSES_PER_CLASS_H
#define LOCKSTEP_LOSSES_PER_CLASS_H

#include "src/losses/loss.h"

/** Reads a list of k numbers from 0 to max.
 *  name  of the option
 *  Errors: LS_USAGE.  Owner: arena.  Collective: no. */
ls_status ls_per_class_read(const struct ls_node *node, const char *name, double max,
                            const struct ls_loss *loss, struct ls_arena *arena, double **value);

/** class_weights of loss->k classes, into loss->class_weight and loss->ones: a list; or, over the
 *  training set, scaled so that a class without samples weighs 0 and
 *      balanced           w_c = n / (k n_c), as scikit-learn's class_weight="balanced"
 *      {effective: BETA}  w_c in proportion to (1 - BETA) / (1 - BETA^n_c), their sum k
 *  BETA = 1 is the limit 1 / n_c.
 *  Source: Cui et al., "Class-balanced loss based on effective number of samples", 2019.
 *  Errors: LS_USAGE.  Owner: arena.  Collective: no. */
ls_status ls_class_weights_plan(struct ls_loss *loss, const uint64_t *counts,
                                struct ls_arena *arena);

/** alpha of a focal loss into loss->per_class: a list of loss->k, or one number A from 0 to 1 for
 *  all; NULL: none.
 *  by_class  class 0 is the negative one: it gets 1 - A. Otherwise each number is the weight of
 *            label 1 against label 0, so no more than 1
 *  Errors: LS_USAGE.  Owner: arena.  Collective: no. */
ls_status ls_alpha_plan(struct ls_loss *loss, const struct ls_node *node, bool by_class,
                        struct ls_arena *arena);

/** True when class_weights is worked out from the training set.  Collective: no. */
bool ls_class_weights_need_counts(const struct ls_loss *loss);

/** What can be said of class_weights before the number of classes is known.
 *  arguments  of the loss, for the place in messages
 *  Errors: LS_USAGE.  Collective: no. */
ls_status ls_class_weights_check(const struct ls_loss *loss, const struct ls_node *arguments,
                                 struct ls_arena *arena);

/** class_counts, as given or else `counts`, into loss->class_count. A class without samples counts
 *  as one with a single sample, so that its logarithm and its margin are finite.
 *  Errors: LS_USAGE.  Owner: arena.  Collective: no. */
ls_status ls_class_counts_plan(struct ls_loss *loss, const uint64_t *counts,
                               struct ls_arena *arena);

#endif
