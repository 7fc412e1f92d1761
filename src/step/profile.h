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

/** The functions below do nothing while time is not measured (profile is NULL).
 *  start_s  what ls_profile_start gave     at  place in the array  Collective: no. */
static inline double ls_profile_start(const struct ls_profile *profile)
{
    return profile ? ls_seconds() : 0;
}

static inline void ls_profile_forward(struct ls_profile *profile, int at, double start_s)
{
    if (profile)
        profile->forward_s[at] += ls_seconds() - start_s;
}

static inline void ls_profile_backward(struct ls_profile *profile, int at, double start_s)
{
    if (profile)
        profile->backward_s[at] += ls_seconds() - start_s;
}

static inline void ls_profile_exchange(struct ls_profile *profile, int at, double start_s)
{
    if (profile)
        profile->exchange_s[at] += ls_seconds() - start_s;
}

static inline void ls_profile_reduce(struct ls_profile *profile, double start_s)
{
    if (profile)
        profile->reduce_s += ls_seconds() - start_s;
}

/* Returns when the next phase begins. */
static inline double ls_profile_phase(struct ls_profile *profile, enum ls_phase phase,
                                      double start_s)
{
    if (!profile)
        return 0;
    const double now_s = ls_seconds();
    profile->phase_s[phase] += now_s - start_s;
    return now_s;
}

#endif
