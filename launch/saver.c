#include "launch/saver.h"

#include <signal.h>
#include <time.h>

static void *write_all(void *context)
{
    struct ls_saver *const s = context;
    (void)pthread_mutex_lock(&s->lock);
    for (;;) {
        while (s->state != LS_SAVER_WRITES && !s->stop)
            (void)pthread_cond_wait(&s->given, &s->lock);
        if (s->state != LS_SAVER_WRITES)
            break;
        (void)pthread_mutex_unlock(&s->lock);
        const ls_status status = ls_run_dir_save(s->run, &s->checkpoint, s->keep, s->is_best);
        (void)pthread_mutex_lock(&s->lock);
        s->status = status;
        if (status != LS_OK)
            (void)snprintf(s->message, sizeof s->message, "%s", ls_message());
        s->state = LS_SAVER_ENDED;
        (void)pthread_cond_broadcast(&s->ended);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* Signals are the main thread's. */
static int start_quietly(struct ls_saver *s)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const int error = pthread_create(&s->thread, NULL, write_all, s);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

ls_status ls_saver_start(struct ls_saver *s, const struct ls_run_dir *run, size_t keep)
{
    s->run = run;
    s->keep = keep;
    pthread_condattr_t clock;
    (void)pthread_condattr_init(&clock);
    (void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->given, NULL);
    (void)pthread_cond_init(&s->ended, &clock);
    (void)pthread_condattr_destroy(&clock);
    s->is_started = start_quietly(s) == 0;
    return s->is_started ? LS_OK
                         : ls_fail(LS_OTHER, "cannot start the thread that writes checkpoints");
}

bool ls_saver_wait(struct ls_saver *s, double wait_s)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)wait_s;
    (void)pthread_mutex_lock(&s->lock);
    int error = 0;
    while (s->state == LS_SAVER_WRITES && error == 0)
        error = pthread_cond_timedwait(&s->ended, &s->lock, &until);
    const bool done = s->state != LS_SAVER_WRITES;
    (void)pthread_mutex_unlock(&s->lock);
    return done;
}

void ls_saver_give(struct ls_saver *s, bool is_best)
{
    (void)pthread_mutex_lock(&s->lock);
    LS_ASSERT(s->state == LS_SAVER_IDLE);
    s->is_best = is_best;
    s->state = LS_SAVER_WRITES;
    (void)pthread_cond_signal(&s->given);
    (void)pthread_mutex_unlock(&s->lock);
}

bool ls_saver_ask(struct ls_saver *s, ls_status *status)
{
    (void)pthread_mutex_lock(&s->lock);
    const bool ended = s->state == LS_SAVER_ENDED;
    *status = LS_OK;
    if (ended) {
        s->state = LS_SAVER_IDLE;
        *status = s->status == LS_OK ? LS_OK : ls_fail(s->status, "%s", s->message);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return ended;
}

void ls_saver_stop(struct ls_saver *s)
{
    if (!s->is_started)
        return;
    (void)pthread_mutex_lock(&s->lock);
    s->stop = true;
    (void)pthread_cond_signal(&s->given);
    (void)pthread_mutex_unlock(&s->lock);
    (void)pthread_join(s->thread, NULL);
    (void)pthread_cond_destroy(&s->ended);
    (void)pthread_cond_destroy(&s->given);
    (void)pthread_mutex_destroy(&s->lock);
    s->is_started = false;
}
