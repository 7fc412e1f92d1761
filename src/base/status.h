/* What a function that can fail returns, and the message that goes with it.
 *
 * The world (file, memory, job) fails with a status; a bug fails with LS_ASSERT. The values are
 * the program's exit codes, but only `launch` turns one into an exit. The message is kept per
 * thread: whoever hands work to a thread carries the message back (see data/loader.c). */
#ifndef LOCKSTEP_BASE_STATUS_H
#define LOCKSTEP_BASE_STATUS_H

#include <stdio.h>

typedef enum ls_status {
    LS_OK = 0,
    LS_OTHER = 1,    /* anything not named below: memory, ranks that have drifted apart */
    LS_USAGE = 2,    /* wrong usage or job */
    LS_DATA = 3,     /* bad data or file; a file that cannot be written */
    LS_DIVERGED = 4, /* a loss or gradient is not finite */
    LS_STOPPED = 75  /* by a signal or the clock, with a checkpoint written */
} ls_status;

enum { LS_MESSAGE_LEN = 1024 };

/** Records why something failed and returns `status`, so that `return ls_fail(...)` reads well.
 *  Replaces the message of this thread.  Collective: no. */
ls_status ls_fail(ls_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Puts "context: " before the message of this thread, unless that begins with the context (a place
 *  in a job names the file itself), and returns `status` unchanged.  Collective: no. */
ls_status ls_within(ls_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** The message of the last failure on this thread, "" when there was none.
 *  Owner: the thread; valid until its next failure.  Collective: no. */
const char *ls_message(void);

/** The places a failure came through, innermost first, "" when none; for LOCKSTEP_TRACE.
 *  Collective: no. */
const char *ls_trace(void);

/* Notes a place that a failure passes through. Called by LS_TRY only. */
void ls_trace_add(const char *file, int line);

/* Returns from the caller when `expr` fails, noting the place. */
#define LS_TRY(expr)                                                                               \
    do {                                                                                           \
        const ls_status ls_try_status = (expr);                                                    \
        if (ls_try_status != LS_OK) {                                                              \
            ls_trace_add(__FILE__, __LINE__);                                                      \
            return ls_try_status;                                                                  \
        }                                                                                          \
    } while (0)

/* The same for functions that clean up: sets `status` and goes to `out`. */
#define LS_TRY_OUT(expr)                                                                           \
    do {                                                                                           \
        status = (expr);                                                                           \
        if (status != LS_OK) {                                                                     \
            ls_trace_add(__FILE__, __LINE__);                                                      \
            goto out;                                                                              \
        }                                                                                          \
    } while (0)

/* A bug in Lockstep itself: prints the place and aborts. On in every build. */
#define LS_ASSERT(condition)                                                                       \
    ((condition) ? (void)0 : ls_assert_failed(#condition, __FILE__, __LINE__))

_Noreturn void ls_assert_failed(const char *condition, const char *file, int line);

#endif
