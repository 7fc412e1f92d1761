/* The directory of a run: job.yaml, metrics.jsonl, log.txt, checkpoints/ and the links latest.h5
 * and best.h5. Rank 0 alone touches it. */
#ifndef LOCKSTEP_LAUNCH_RUN_DIR_H
#define LOCKSTEP_LAUNCH_RUN_DIR_H

#include <stdint.h>

#include "io/checkpoint.h"
#include "launch/run_lock.h"
#include "src/peers.h"

struct ls_run_dir {
    const char *path;
    struct ls_run_lock lock;
    FILE *metrics, *log;
    long long metrics_end, log_end; /* bytes of whole lines */
};

/** Whether `path` may be used; a folder that is gone on in is locked. Makes nothing where there is
 *  no folder yet.
 *  path  borrowed
 *  Errors: LS_USAGE: it already holds a run (job.yaml, or a checkpoint) and `resume` is false, or
 *  another run uses it; LS_DATA: it cannot be read or locked.  Close with ls_run_dir_close, also
 *  after a failure.  Collective: no; rank 0. */
ls_status ls_run_dir_claim(struct ls_run_dir *run, const char *path, bool resume);

/** Reads the newest checkpoint that is whole and holds the step of its name; a bad one is named on
 *  stderr and passed over.
 *  checkpoint  step is 0 and job NULL when there is none
 *  name        its file, NULL when there is none
 *  Errors: LS_DATA when there are checkpoints, but none is good, or their folder cannot be
 *  read.  Owner: arena.
 *  Collective: yes: rank 0 chooses, all read. */
ls_status ls_run_dir_newest(const char *path, struct ls_checkpoint *checkpoint, const char **name,
                            const struct ls_peers *peers, struct ls_arena *arena);

/** Makes the files of a claimed folder, and the folder where there was none, which is locked and
 *  looked at again; records of steps after `step` are taken out of metrics.jsonl, as they will be
 *  written again, and temporary files of a killed run removed.
 *  job  text of job.yaml
 *  Errors: LS_DATA: cannot write; LS_USAGE: another run has come in between. A folder that held no
 *  run then holds none.  Collective: no; rank 0. */
ls_status ls_run_dir_open(struct ls_run_dir *run, const char *job, uint64_t step,
                          struct ls_arena *arena);

/** Of a run that goes on: points latest.h5 at `step` and best.h5 at `best_step` (0: not known), as
 *  whoever was killed between writing a checkpoint and moving the links would have done. A best one
 *  that is missing or bad is told on stderr and its link removed.
 *  Errors: LS_DATA: cannot write.  Collective: no; rank 0. */
ls_status ls_run_dir_mend(const struct ls_run_dir *run, uint64_t step, uint64_t best_step,
                          bool *best_is_lost);

/** Writes a checkpoint, moves latest.h5 (and best.h5 when is_best), and removes all but the
 *  newest `keep` and the best.
 *  Errors: LS_DATA: cannot write, no space; what was there before stays.  Collective: no;
 *  rank 0. */
ls_status ls_run_dir_save(const struct ls_run_dir *run, const struct ls_checkpoint *checkpoint,
                          size_t keep, bool is_best);

/** What was put into run->metrics is a whole record, or several: they are kept together or, where
 *  there is no room, lost together.  Errors: LS_DATA: lost.  Collective: no; rank 0. */
ls_status ls_run_dir_keep(struct ls_run_dir *run);

/** Takes the records of steps after `step` out of metrics.jsonl, for a run that goes back.
 *  Errors: LS_DATA.  Collective: no; rank 0. */
ls_status ls_run_dir_rewind(struct ls_run_dir *run, uint64_t step);

/** A line for log.txt.  Collective: no; rank 0. */
void ls_run_dir_log(struct ls_run_dir *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Takes a zeroed run.  Errors: LS_DATA: what was written could not be kept.  Collective: no. */
ls_status ls_run_dir_close(struct ls_run_dir *run);

#endif
