/* What every optimiser's arguments begin with: `struct ls_optim_common common` is the first field
 * of each kind's args, LS_OPTIM_COMMON the first rows of its options. Private to src/optim. */
#ifndef LOCKSTEP_OPTIM_COMMON_H
#define LOCKSTEP_OPTIM_COMMON_H

#include <stddef.h>

#include "src/base/vector.h"
#include "src/optim/optimizer.h"

struct ls_optim_common {
    double lr, weight_decay;
    int decay; /* enum ls_decay */
};

/* The choices of `decay`, in the order of enum ls_decay. */
extern const char *const ls_decay_words[];

/* The rows of a kind whose defaults are `lr` and `weight_decay`, both text. */
/* clang-format off */
#define LS_OPTIM_COMMON(default_lr, default_decay)                                                 \
    {"lr", LS_REAL, offsetof(struct ls_optim_common, lr), default_lr, 0, 1e6, NULL,                \
     "learning rate before the schedule"},                                                         \
    {"weight_decay", LS_REAL, offsetof(struct ls_optim_common, weight_decay), default_decay,       \
     0, 1e6, NULL, "pull of the parameters towards 0"},                                            \
    {"decay", LS_ENUM, offsetof(struct ls_optim_common, decay), "weights", 0, 0,                   \
     ls_decay_words, "what is decayed: weights (tensors of two axes or more), or all"}
/* clang-format on */

/** Copies lr, weight_decay and decay to `optimizer` and clears its slots.  Collective: no. */
void ls_optim_take(struct ls_optimizer *optimizer, const struct ls_optim_common *common);

/** At most how large g / (sqrt(v) + eps) is where v is at least `share` g^2: the square of a g
 * below 1e-22 may be 0.  Collective: no. */
double ls_optim_ratio(double share, double eps);

/** Appends a slot of state; returns its index.  Collective: no. */
int ls_optim_add_slot(struct ls_optimizer *optimizer, const char *name);

#endif
