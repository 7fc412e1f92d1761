/* Signals that ask a run to stop: SIGTERM, SIGINT and SIGUSR1 set a flag, which the step carries
 * to all ranks; the same signal again ends the process at once. */
#ifndef LOCKSTEP_LAUNCH_SIGNALS_H
#define LOCKSTEP_LAUNCH_SIGNALS_H

#include <stdbool.h>

/** Starts listening.  Collective: no. */
void ls_signals_init(void);

/** Whether this process was asked to stop.  Collective: no. */
bool ls_signals_stop(void);

#endif
