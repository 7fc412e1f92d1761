/* What `lockstep bench` finds out and tells: the machine's figures, and where the time of a job's
 * step goes. Seconds and work are of one step on one rank; where ranks differ, their mean. */
#ifndef LOCKSTEP_LAUNCH_BENCH_H
#define LOCKSTEP_LAUNCH_BENCH_H

#include "launch/session.h"
#include "src/machine/machine.h"
#include "src/step/profile.h"

struct ls_bench_machine {
    int cores;
    const char *vectors;
    int ranks, threads;     /* that `all` ran on: of this node, of each rank */
    struct ls_machine core; /* one thread of one rank, while the others rest */
    struct ls_machine all;  /* all ranks of this node at once */
};

/* Over the ranks. */
struct ls_bench_spread {
    double mean, max;
};

struct ls_bench_layer {
    const struct ls_layer *layer;
    double forward_s, backward_s, exchange_s;
    /* flop where `computes`, else the bytes of what it reads and writes */
    double forward_work, backward_work;
    bool computes; /* at least one flop for every byte: the FMA peak is its limit */
};

struct ls_bench_job {
    const char *path, *engine;
    size_t batch, shards, threads;
    int ranks;
    size_t steps;
    double samples_per_s, best_samples_per_s; /* medians, and of the fastest step */
    double step_s;                            /* median */
    double mean_s, rest_s; /* what the phases and `rest` add up to; what is none of them */
    struct ls_bench_spread phase_s[LS_PHASES];
    struct ls_bench_spread hidden_s; /* reduction during backward */
    struct ls_bench_spread memory;   /* bytes, the most a rank held */
    size_t reduced, exchanged;       /* bytes of a step that a rank gives to the others */
    int n_layers;
    struct ls_bench_layer *layers;
};

/** Measures the machine, with `threads` of every rank where all work at once.
 *  Errors: memory.  Owner: arena.  Collective: yes. */
ls_status ls_bench_machine(struct ls_bench_machine *machine, int threads,
                           const struct ls_peers *peers, struct ls_arena *arena);

/** Trains some steps to warm up, then `steps` more (0: what a few seconds hold), without a run.
 *  session  prepared
 *  Errors: those of training.  Owner: the session's arena.  Collective: yes. */
ls_status ls_bench_job(struct ls_bench_job *job, struct ls_session *session, size_t steps);

/** Tables for a person; job may be NULL.  Collective: no. */
void ls_bench_report(FILE *file, const struct ls_bench_machine *machine,
                     const struct ls_bench_job *job);

/** The same as one JSON object on a line.  Collective: no. */
void ls_bench_json(FILE *file, const struct ls_bench_machine *machine,
                   const struct ls_bench_job *job);

/* The phases as a person calls them, in the order of enum ls_phase. */
extern const char *const ls_bench_phases[LS_PHASES];

#endif
