/* The command line: arguments to a call of a command, help from the tables of commands, and from
 * a status to the program's exit code. */
#ifndef LOCKSTEP_LAUNCH_CLI_H
#define LOCKSTEP_LAUNCH_CLI_H

#include "launch/command.h"

enum ls_cli_action { LS_CLI_RUN, LS_CLI_HELP, LS_CLI_VERSION };

struct ls_cli {
    enum ls_cli_action action;
    const char *path;            /* "lockstep import csv" */
    struct ls_command_call call; /* ops NULL: help on the program itself */
};

/** Reads the arguments against a table of commands: flags as `--flag VALUE` or `--flag=VALUE`,
 *  those of type LS_BOOL without a value, KEY=VALUE where the command takes it; `--` ends flags.
 *  Fills all of call but peers.
 *  Errors: LS_USAGE, a whole line: "lockstep train: unknown flag --resum (did you mean
 *  --resume?)".  Owner: arena.  Collective: no. */
ls_status ls_cli_parse(const struct ls_command_ops *const *commands, int argc, char **argv,
                       struct ls_arena *arena, struct ls_cli *cli);

/** Writes the help of cli->call.ops, or of the program when that is NULL.
 *  Errors: LS_OTHER: out of memory.  Collective: no. */
ls_status ls_cli_help(const struct ls_command_ops *const *commands, const struct ls_cli *cli,
                      FILE *file);

/** Reads the arguments, runs the command, tells what failed in one line on stderr (rank 0, and
 *  the places it came through when LOCKSTEP_TRACE is set).
 *  Returns the exit code.  Collective: yes; all ranks with the same arguments. */
int ls_cli_run(int argc, char **argv, const struct ls_peers *peers);

#endif
