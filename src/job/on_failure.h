/* `on_failure:` of a job: what becomes of a run whose step was refused. */
#ifndef LOCKSTEP_JOB_ON_FAILURE_H
#define LOCKSTEP_JOB_ON_FAILURE_H

#include "src/base/option.h"

enum ls_policy { LS_POLICY_STOP, LS_POLICY_SKIP, LS_POLICY_ROLLBACK };

struct ls_on_failure {
    enum ls_policy policy;
    size_t skips;     /* at most, over the run */
    size_t rollbacks; /* likewise */
    double factor;    /* of the learning rate, at each rollback */
};

/* A policy by its name, for the help. */
struct ls_policy_kind {
    const char *kind, *help;
    const struct ls_option *options;
};

/* All of them, in the order of enum ls_policy; ends with kind NULL. */
extern const struct ls_policy_kind ls_policies[];

/** Reads it: KIND or {KIND: arguments}; node NULL: stop.  Errors: LS_USAGE.  Collective: no. */
ls_status ls_on_failure_parse(struct ls_on_failure *on_failure, const struct ls_node *node,
                              struct ls_arena *arena);

#endif
