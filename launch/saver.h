/* Writes checkpoints in a thread of its own while training goes on. The training fills a snapshot
 * in memory that was planned beforehand and gives it; the thread writes it, moves the links and
 * removes what is too old (run_dir.h). One is written at a time, in the order given: a run has as
 * many checkpoints as its job asks for, and holds the memory of one. Rank 0 alone has a saver. */
#ifndef LOCKSTEP_LAUNCH_SAVER_H
#define LOCKSTEP_LAUNCH_SAVER_H

#include <pthread.h>

#include "launch/run_dir.h"

/* As good as for ever. */
#define LS_FOREVER_S 1e9

enum ls_saver_state { LS_SAVER_IDLE, LS_SAVER_WRITES, LS_SAVER_ENDED /* and nobody has asked */ };

struct ls_saver {
    const struct ls_run_dir *run;
    size_t keep;
    struct ls_checkpoint checkpoint; /* the snapshot; nobody's to change while it is written */
    bool is_best;

    bool is_started;
    pthread_t thread;
    pthread_mutex_t lock;        /* of what follows */
    pthread_cond_t given, ended; /* a snapshot, or the wish to stop; what became of it */
    enum ls_saver_state state;
    bool stop;
    ls_status status; /* of the last one written */
    char message[LS_MESSAGE_LEN];
};

/** Starts the thread. The caller fills saver->checkpoint whenever nothing is being written.
 *  saver  zeroed but for the checkpoint    run, keep  as ls_run_dir_save takes them
 *  Errors: LS_OTHER: no thread.  Stop with ls_saver_stop.  Collective: no; rank 0. */
ls_status ls_saver_start(struct ls_saver *saver, const struct ls_run_dir *run, size_t keep);

/** Waits until nothing is being written, up to `wait_s`; false when that is over.
 *  Collective: no; rank 0. */
bool ls_saver_wait(struct ls_saver *saver, double wait_s);

/** Has the snapshot written. Nothing is being written, and what became of the one before was asked
 *  for.  Collective: no; rank 0. */
void ls_saver_give(struct ls_saver *saver, bool is_best);

/** Whether a checkpoint has been written, or not, that was not asked for yet; *status tells, with
 *  this thread's message.  Collective: no; rank 0. */
bool ls_saver_ask(struct ls_saver *saver, ls_status *status);

/** Waits for what is being written and ends the thread. Takes a zeroed saver.
 *  Collective: no; rank 0. */
void ls_saver_stop(struct ls_saver *saver);

#endif
