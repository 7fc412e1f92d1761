/* What adam and adamw share: arguments, plan, and the step on the two moments. Private to
 * src/optim. */
#ifndef LOCKSTEP_OPTIM_ADAM_H
#define LOCKSTEP_OPTIM_ADAM_H

#include "src/optim/common.h"

struct ls_adam_args {
    struct ls_optim_common common;
    struct ls_reals betas;
    double eps;
};

/* The rows that follow LS_OPTIM_COMMON. */
/* clang-format off */
#define LS_ADAM_OPTIONS                                                                            \
    {"betas", LS_REALS, offsetof(struct ls_adam_args, betas), "0.9, 0.999", 0, 1, NULL,            \
     "decay of the first and second moment"},                                                      \
    {"eps", LS_REAL, offsetof(struct ls_adam_args, eps), "1e-8", 0, 1, NULL,                       \
     "added to the root of the second moment"}
/* clang-format on */

/** Slots exp_avg and exp_avg_sq.  Errors: LS_USAGE: betas are not two numbers below 1.
 *  Collective: no. */
ls_status ls_adam_plan(struct ls_optimizer *optimizer);

/** One step after w *= keep and with gradient g + l2 w:
 *    m += (1 - b1)(g - m);  v = b2 v + (1 - b2) g^2
 *    w -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps)
 *  Collective: no.  Errors: none.  Source: torch.optim.Adam. */
void ls_adam_step(const struct ls_adam_args *args, const struct ls_update *update, double keep,
                  double l2);

/** `reach` of both, with the same arguments; |m| is at most sqrt(v) times a number of the betas.
 *  Collective: no. */
void ls_adam_reach(const struct ls_adam_args *args, double lr, double keep, double l2,
                   struct ls_reach *reach);

#endif
