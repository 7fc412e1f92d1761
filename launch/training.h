/* A training run from its first step (or the one it goes on from) to its last: steps, records,
 * evaluation, checkpoints, and what a person sees of it. */
#ifndef LOCKSTEP_LAUNCH_TRAINING_H
#define LOCKSTEP_LAUNCH_TRAINING_H

#include "launch/saver.h"
#include "launch/session.h"
#include "launch/terminal.h"
#include "src/examine/history.h"
#include "src/step/trainer.h"
#include "src/step/watch.h"

enum { LS_MAX_METRICS = 16 };

/* Checksums of a rank's state, which all ranks compare. */
struct ls_drift {
    uint64_t own;               /* of running statistics */
    uint64_t shared, is_leader; /* of what a node shares, from the node's first rank */
};

struct ls_training {
    struct ls_session *session;
    struct ls_run_dir run; /* rank 0's; zero elsewhere */
    struct ls_saver saver; /* the same */
    bool here;             /* this is rank 0 */
    struct ls_workspace ws;
    struct ls_trainer trainer;
    struct ls_history history;
    uint64_t rollbacks; /* so far */
    struct ls_watch watch;
    struct ls_evaluator evaluator;
    struct ls_loader *loader, *valid_loader;
    size_t n_metrics;
    const struct ls_metric_ops *metrics[LS_MAX_METRICS + 1]; /* NULL-terminated */
    const struct ls_metric_ops *best_by; /* what chooses best.h5; NULL: the loss */
    struct ls_evaluation found;          /* by the last evaluation; no measures: none yet */

    const char *changed;    /* keys of the job that differ from the run's so far, "" none */
    uint64_t step;          /* steps finished */
    double best;            /* of what chooses best.h5; NaN: none yet */
    uint64_t best_step;     /* after which it was found; 0: none yet */
    double last_metric;     /* the same, of the last evaluation */
    struct ls_drift *drift; /* (size) */
    size_t *drift_bytes;    /* (size) */
    bool loses_records;     /* metrics.jsonl does not take them just now */
    uint64_t samples_since; /* trained on since the last record */
    double record_s, start_s, seconds_in_steps;
    uint64_t first_step;
    uint64_t loaded_from; /* step that the loader began with */
    struct ls_progress progress;
    bool *thaws; /* (layers) frozen for the first epochs; NULL: none */
    bool is_frozen;
    bool said_vanishing, said_exploding;
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

/** Plans the memory of checkpoints.  Errors: memory, on some ranks perhaps.  Collective: no. */
ls_status ls_training_plan_saves(struct ls_training *training);

/** Copies the state as it is and has it written while training goes on; waits while one before is
 *  being written, but not for ever unless `must`.
 *  must  wait until it is written
 *  Errors: LS_DIVERGED: it is not finite; LS_OTHER: ranks differ; LS_DATA: it must be written, and
 *  cannot be.  Collective: yes. */
ls_status ls_training_save(struct ls_training *training, bool is_best, bool must);

/** Logs a checkpoint that has been written, warns of one that could not be.
 *  Collective: no; all ranks may call it, rank 0 does it. */
void ls_training_saved(struct ls_training *training);

/** A line on stderr and in log.txt, "warning: ...".  Collective: no; rank 0. */
void ls_training_warn(struct ls_training *training, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Evaluates on `valid`, writes the epoch's record; *is_best tells whether it is the best yet.
 *  epoch  epochs finished or, at the end of a run in mid-epoch, begun
 *  Collective: yes. */
ls_status ls_training_evaluate(struct ls_training *training, uint64_t epoch, bool *is_best);

/** Begins to read batches from the step at hand on, with the pool of hard examples as it is there.
 *  Errors: memory.  Collective: yes. */
ls_status ls_training_load(struct ls_training *training);

/** Takes the state of a checkpoint of this run: parameters, the optimiser's, the place in the data.
 *  Errors: LS_DATA: of another model.  Collective: no, yet every rank takes the same before the
 * next collective call. */
ls_status ls_training_take(struct ls_training *training, const struct ls_checkpoint *checkpoint);

/** Waits until no checkpoint is being written.  Collective: no; rank 0. */
void ls_training_finish_saving(struct ls_training *training);

/** What becomes of a step that was refused with `status`, as the job's on_failure says.
 *  went_back  the run is at an earlier step again; else the batch was passed over
 *  Errors: the status, when the run ends; if the message is empty, all has been said.
 *  Collective: yes. */
ls_status ls_training_refused(struct ls_training *training, const struct ls_batch *batch,
                              const struct ls_record *record, ls_status status, bool *went_back);

/** The record of a step: a line of metrics.jsonl when one is due, and the progress.
 *  Collective: no; all ranks call it, rank 0 writes. */
void ls_training_record(struct ls_training *training, const struct ls_record *record);

/** init.unfreeze_at_epoch: what is frozen for the first epochs is planned as if it were not, then
 *  frozen (ls_training_freeze, once the run's step is known) until the epoch has come
 *  (ls_training_thaw, before every step).
 *  Errors: memory.  Owner: the session's arena.  Collective: no; all ranks alike. */
ls_status ls_training_plan_thaw(struct ls_training *training);
void ls_training_freeze(struct ls_training *training);
void ls_training_thaw(struct ls_training *training);

/** What came of each layer with init.from, into log.txt.  Collective: no; rank 0. */
void ls_training_log_loaded(struct ls_training *training);

/** Whether the step that comes next is watched: the first of a run, and every watch_every-th.
 *  Collective: no. */
bool ls_training_watches(const struct ls_training *training);

/** The figures of a watched step into metrics.jsonl, a line for each layer, and a warning where the
 *  gradient vanishes or explodes for the first time.
 *  Collective: no; all ranks call it, rank 0 writes. */
void ls_training_watch(struct ls_training *training);

/** A line into log.txt and on stderr.  Collective: no; rank 0. */
void ls_training_say(struct ls_training *training, const char *text);

#endif
