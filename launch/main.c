/* The program: starts MPI, runs a command, ends with its exit code. */
#include <stdlib.h>

#include "comm/comm.h"
#include "launch/cli.h"

int main(int argc, char **argv)
{
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
