/* The learning rate over the steps: `schedule:` of a job. Warm-up gives lr (s + 1) / w for step
 * s < w (s from 0); then cosine over the remaining steps, steps down, or constant. */
#ifndef LOCKSTEP_OPTIM_SCHEDULE_H
#define LOCKSTEP_OPTIM_SCHEDULE_H

#include <stdint.h>

#include "src/base/option.h"

struct ls_schedule {
    size_t warmup_steps, warmup_epochs; /* one of them, or neither */
    const struct ls_node *cosine, *step;
    /* read from `cosine` and `step` by ls_schedule_parse */
    bool is_cosine;
    double to;
    struct ls_sizes at_steps, at_epochs; /* one of them when there is `step` */
    double factor;
    /* worked out by ls_schedule_plan */
    uint64_t warmup, total;
    size_t n_at;
    uint64_t *at; /* steps, ascending */
};

extern const struct ls_option ls_schedule_options[];

/** Reads `schedule:`; node NULL: constant.  Errors: LS_USAGE.  Owner: arena.  Collective: no. */
ls_status ls_schedule_parse(struct ls_schedule *schedule, const struct ls_node *node,
                            struct ls_arena *arena);

/** Turns epochs into steps once their number is known.  Errors: LS_USAGE.  Collective: no. */
ls_status ls_schedule_plan(struct ls_schedule *schedule, uint64_t steps_per_epoch,
                           uint64_t total_steps, struct ls_arena *arena);

/** The learning rate of step s, from 0.  Collective: no. */
double ls_schedule_lr(const struct ls_schedule *schedule, double lr, uint64_t s);

#endif
