/* The steps of a job under measurement, between those who run them and those who add them up. */
#ifndef LOCKSTEP_LAUNCH_BENCH_STEPS_H
#define LOCKSTEP_LAUNCH_BENCH_STEPS_H

#include "launch/bench.h"
#include "src/step/trainer.h"

struct ls_bench_steps {
    struct ls_session *session;
    struct ls_workspace ws;
    struct ls_trainer trainer;
    struct ls_loader *loader;
    struct ls_profile profile;
    size_t steps, samples;
    double *step_s, *rate; /* (steps) */
};

/** Adds the steps up over all ranks, into the fields of `job` that measuring gives. Sorts the
 *  steps.
 *  Errors: memory.  Owner: the session's arena.  Collective: yes. */
ls_status ls_bench_collect(const struct ls_bench_steps *steps, struct ls_bench_job *job);

#endif
