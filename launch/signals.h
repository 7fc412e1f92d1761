/* Signals that ask a run to stop: SIGTERM, SIGINT and SIGUSR1 set a flag, which the step carries
 * to all ranks. A second SIGINT ends the process at once; of the others a second one says nothing
 * new, since Slurm sends SIGTERM twice. A file that may not become so large is an error like a disk
 * that is full (EFBIG), not the end of the process (SIGXFSZ). */
#ifndef LOCKSTEP_LAUNCH_SIGNALS_H
#define LOCKSTEP_LAUNCH_SIGNALS_H

#include <stdbool.h>

/** Starts listening.  Collective: no. */
void ls_signals_init(void);

/** Whether this process was asked to stop.  Collective: no. */
bool ls_signals_stop(void);

#endif
