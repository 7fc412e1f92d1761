/* A run folder is used by one run at a time: an advisory lock (flock) on its file `.lock`, which
 * the system gives back when the process ends, however it ends. The file says who holds it. */
#ifndef LOCKSTEP_LAUNCH_RUN_LOCK_H
#define LOCKSTEP_LAUNCH_RUN_LOCK_H

#include <stdbool.h>

#include "src/base/status.h"

struct ls_run_lock {
    bool is_taken;
    int fd;
};

/** Takes the lock of `folder`, waiting up to `wait_s` for whoever holds it: ranks of a run that was
 *  killed live on for a second or two. Where the file system knows no locks it counts as taken.
 *  Errors: LS_USAGE: held by another run, which is named; LS_DATA: the file cannot be made.
 *  Release with ls_run_lock_release.  Collective: no; rank 0. */
ls_status ls_run_lock_take(struct ls_run_lock *lock, const char *folder, double wait_s);

/** Whether a run uses `folder`; false also where the file system knows no locks.  Collective: no.
 */
bool ls_run_lock_is_held(const char *folder);

/** Takes a zeroed lock.  Collective: no; rank 0. */
void ls_run_lock_release(struct ls_run_lock *lock);

#endif
