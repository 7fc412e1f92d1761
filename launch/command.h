/* A command of the program: one file per command, one line in commands.def (or, for the members
 * of `import`, in import/importers.def). The line of usage, the flags and the help come from the
 * same row, so that they cannot disagree. */
#ifndef LOCKSTEP_LAUNCH_COMMAND_H
#define LOCKSTEP_LAUNCH_COMMAND_H

#include "src/base/option.h"
#include "src/peers.h"

struct ls_command_ops;

/* What the user asked for, once the arguments are read. */
struct ls_command_call {
    const struct ls_command_ops *ops;
    const void *flags; /* the struct that ops->flags describes */
    size_t n_positional;
    char **positional;
    size_t n_overrides;
    char **overrides; /* KEY=VALUE, in the order given */
    struct ls_arena *arena;
    const struct ls_peers *peers;
};

struct ls_command_ops {
    const char *name;
    const char *help;              /* one line */
    const char *usage;             /* what follows the name: "JOB [KEY=VALUE...]" */
    const struct ls_option *flags; /* named without their dashes; NULL: none */
    size_t flags_bytes;
    size_t min_positional, max_positional;
    bool takes_overrides;
    bool every_rank;               /* run on all ranks; else on rank 0, while the others wait */
    void (*more_help)(FILE *file); /* NULL, or what follows the flags in its help */
    const struct ls_command_ops *const *members; /* NULL, or NULL-terminated commands of its own
                                                    (`import csv`); run is then NULL */
    /* Collective: yes when every_rank, and all ranks then return the same status. LS_OTHER with an
     * empty message ends the program with 1 and no line of its own. */
    ls_status (*run)(const struct ls_command_call *call);
};

/* All commands, NULL-terminated, in the order of commands.def. */
extern const struct ls_command_ops *const ls_commands[];

#endif
