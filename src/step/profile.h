/* Where the time of a step goes, in seconds of this rank: for `lockstep bench`. */
#ifndef LOCKSTEP_STEP_PROFILE_H
#define LOCKSTEP_STEP_PROFILE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum ls_phase {
    LS_PHASE_INPUT,   /* waiting for a batch */
    LS_PHASE_PREPARE, /* weights into the engine's layout */
    LS_PHASE_FORWARD, /* the whole pass, exchanges included */
    LS_PHASE_LOSS,
    LS_PHASE_BACKWARD, /* the whole pass, exchanges included */
    LS_PHASE_REDUCE,   /* waiting for the gradient once backward is done: what is not hidden */
    LS_PHASE_UPDATE,   /* norm, clip, update */
    LS_PHASES
};

/* Filled while a workspace's `profile` points to it; seconds add up over steps and threads. */
struct ls_profile {
    double phase_s[LS_PHASES];
    double *forward_s, *backward_s; /* (threads, layers) of forward and backward alone */
    double *exchange_s;             /* (layers) batch-norm's exchanges, both directions */
    double reduce_s;                /* adding and sending gradients during backward: hidden */
};

/** Seconds on a clock that only goes forward.  Collective: no. */
static inline double ls_seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/** When something that is measured begins; 0 where nothing is.  Collective: no. */
static inline double ls_profile_start(const struct ls_profile *profile)
{
    return profile ? ls_seconds() : 0;
}

/** Adds the time since `start` to a phase, and returns when the next one begins.
 *  Collective: no. */
static inline double ls_profile_phase(struct ls_profile *profile, enum ls_phase phase, double start)
{
    if (!profile)
        return 0;
    const double now = ls_seconds();
    profile->phase_s[phase] += now - start;
    return now;
}

#endif
