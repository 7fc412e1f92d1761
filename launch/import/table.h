/* Tables of text, one sample a line: what csv and tsv have in common. */
#ifndef LOCKSTEP_LAUNCH_IMPORT_TABLE_H
#define LOCKSTEP_LAUNCH_IMPORT_TABLE_H

#include "launch/import/import.h"

struct ls_table_flags {
    struct ls_import_flags common;
    struct ls_names label;
    int header, task; /* indices into the words of their rows */
    const char *missing;
};

extern const struct ls_option ls_table_flags[];

/** Imports call->positional[0] in two passes: the first counts samples and collects labels, the
 *  second writes x (N, F) as float32.
 *  Errors: LS_DATA with file, line and column; LS_USAGE: no such column; those of
 *  ls_import_write.  Collective: no. */
ls_status ls_table_import(const struct ls_command_call *call, char delimiter);

#endif
