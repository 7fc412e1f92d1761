/* A training run from its first step (or the one it goes on from) to its last: steps, records,
 * evaluation, checkpoints, and what a person sees of it. */
#ifndef LOCKSTEP_LAUNCH_TRAINING_H
#define LOCKSTEP_LAUNCH_TRAINING_H

#include "launch/run_dir.h"
#include "launch/session.h"
#include "launch/terminal.h"
#include "src/step/trainer.h"

enum { LS_MAX_METRICS = 16 };

struct ls_training {
    struct ls_session *session;
    struct ls_run_dir run; /* rank 0's; zero elsewhere */
    bool here;             /* this is rank 0 */
    struct ls_workspace ws;
    struct ls_trainer trainer;
    struct ls_evaluator evaluator;
    struct ls_loader *loader, *valid_loader;
    size_t n_metrics;
    const struct ls_metric_ops *metrics[LS_MAX_METRICS + 1]; /* NULL-terminated */
    const struct ls_metric_ops *best_by; /* what chooses best.h5; NULL: the loss */
    struct ls_evaluation found;          /* by the last evaluation; no measures: none yet */

    const char *changed;    /* keys of the job that differ from the run's so far, "" none */
    uint64_t step;          /* steps finished */
    double best;            /* of what chooses best.h5; NaN: none yet */
    double last_metric;     /* the same, of the last evaluation */
    uint64_t samples_since; /* trained on since the last record */
    double record_s, start_s, seconds_in_steps;
    uint64_t first_step;
    struct ls_progress progress;
};

/** Plans the memory of a run and, when there is a checkpoint, takes its state. Rank 0's `run`,
 * which is claimed, is kept; the rest is overwritten. Errors: LS_USAGE: an unknown metric, a
 * checkpoint of a job that is too different; LS_DATA: a checkpoint of another model; memory.
 * Release with ls_training_release.  Collective: yes. */
ls_status ls_training_init(struct ls_training *training, struct ls_session *session,
                           const struct ls_checkpoint *checkpoint);

/** Opens the run directory and trains to the end, or until it is asked to stop.
 *  Errors: LS_STOPPED, with a checkpoint written; LS_DIVERGED; LS_DATA.  Collective: yes. */
ls_status ls_training_run(struct ls_training *training);

/** Takes a zeroed training.  Collective: no. */
void ls_training_release(struct ls_training *training);

/** Fills in everything that is known of the run and writes it.  Collective: yes. */
ls_status ls_training_save(struct ls_training *training, bool is_best);

/** Evaluates on `valid`, writes the epoch's record; *is_best tells whether it is the best yet.
 *  epoch  epochs finished or, at the end of a run in mid-epoch, begun
 *  Collective: yes. */
ls_status ls_training_evaluate(struct ls_training *training, uint64_t epoch, bool *is_best);

/** The record of a step: a line of metrics.jsonl when one is due, and the progress.
 *  Collective: no; all ranks call it, rank 0 writes. */
void ls_training_record(struct ls_training *training, const struct ls_record *record);

#endif
