#include "launch/import/table.h"

static ls_status run(const struct ls_command_call *call)
{
    return ls_table_import(call, '\t');
}

extern const struct ls_command_ops ls_import_tsv;
const struct ls_command_ops ls_import_tsv = {
    .name = "tsv",
    .help = "a table of text with a tab between fields, .gz or plain, one sample a line",
    .usage = "FILE [--label COLUMN] --out FILE",
    .flags = ls_table_flags,
    .flags_bytes = sizeof(struct ls_table_flags),
    .min_positional = 1,
    .max_positional = 1,
    .run = run,
};
