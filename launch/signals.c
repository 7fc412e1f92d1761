#include "launch/signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t stop, interrupted;

/* Interrupted twice, a process ends as if it did not listen. */
static void ask_to_stop(int number)
{
    stop = 1;
    if (number != SIGINT)
        return;
    if (interrupted) {
        (void)signal(SIGINT, SIG_DFL);
        (void)raise(SIGINT);
    }
    interrupted = 1;
}

void ls_signals_init(void)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGUSR1};
    struct sigaction action = {.sa_handler = ask_to_stop, .sa_flags = SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        (void)sigaction(signals[i], &action, NULL);
    (void)signal(SIGXFSZ, SIG_IGN);
}

bool ls_signals_stop(void)
{
    return stop != 0;
}
