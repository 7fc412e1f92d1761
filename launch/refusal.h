/* A step that was refused, and what is said of it: private to launch/refusal*.c. */
#ifndef LOCKSTEP_LAUNCH_REFUSAL_H
#define LOCKSTEP_LAUNCH_REFUSAL_H

#include "launch/examination.h"
#include "launch/training.h"

struct ls_refusal {
    struct ls_training *t;
    const struct ls_batch *batch;
    const struct ls_record *record;
    ls_status status;
    enum ls_refused kind; /* of LS_DATA */
    char error[LS_MESSAGE_LEN];
    struct ls_arena arena;
    bool examined;
    struct ls_examination x; /* when it was */
};

/** A line on stderr, in log.txt and in metrics.jsonl.  Collective: no; rank 0. */
void ls_refusal_tell_skip(const struct ls_refusal *refusal);

/** Likewise.
 *  from  the step that the run went back from    Collective: no; rank 0. */
void ls_refusal_tell_rollback(const struct ls_refusal *refusal, uint64_t from);

/** The page on stderr and as failure.txt, and failure.h5; of data that was refused only
 * failure.txt, as their line says all that there is.  Collective: no; rank 0. */
void ls_refusal_tell_stop(const struct ls_refusal *refusal);

#endif
