/* Balance as a session plans it: the shares of the classes of the training set and their index. */
#ifndef LOCKSTEP_LAUNCH_BALANCE_H
#define LOCKSTEP_LAUNCH_BALANCE_H

#include "launch/session.h"

/** Works out s->balance for the samples of s->train_set; nothing where the job has no balance.
 *  Errors: LS_USAGE: classes that there are not; LS_DATA: labels that are no classes, without
 *  groups.  Owner: the session's arena.  Collective: yes. */
ls_status ls_session_balance(struct ls_session *s);

#endif
