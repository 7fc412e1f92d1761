/* The program: starts MPI, runs a command, ends with its exit code. */
#include <stdlib.h>
#include <unistd.h>

#include <stdlib.h>

#include "comm/comm.h"
#include "launch/cli.h"

/* Threads of OpenMP that wait for the next layer spin for milliseconds, unless told otherwise in
 * the environment when the program is loaded. Where ranks x threads outnumber the cores they keep
 * each other from working: a run took over 70 times as long. So the program tells itself, and
 * starts again; a few spins stay, which cover the short waits. */
static void wait_briefly(char **argv)
{
    if (getenv("OMP_WAIT_POLICY") || getenv("GOMP_SPINCOUNT"))
        return;
    if (setenv("GOMP_SPINCOUNT", "2000", 1) == 0)
        (void)execv("/proc/self/exe", argv); /* without it the program is only slower */
}

int main(int argc, char **argv)
{
    wait_briefly(argv);
    struct ls_peers peers;
    const ls_status started = ls_comm_init(&peers, &argc, &argv);
    if (started != LS_OK) {
        (void)fprintf(stderr, "lockstep: %s\n", ls_message());
        return started;
    }
    const int code = ls_cli_run(argc, argv, &peers);
    ls_comm_finalize(&peers);
    return code;
}
