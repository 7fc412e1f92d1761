#include <string.h>

#include "launch/cli.h"

static void list(const struct ls_command_ops *const *commands, FILE *file)
{
    int width = 0;
    for (const struct ls_command_ops *const *ops = commands; *ops; ops++)
        width = (int)strlen((*ops)->name) > width ? (int)strlen((*ops)->name) : width;
    for (; *commands; commands++)
        (void)fprintf(file, "  %-*s  %s\n", width, (*commands)->name, (*commands)->help);
}

static ls_status help_flags(const struct ls_option *flags, FILE *file)
{
    size_t len = 0;
    while (flags[len].name)
        len++;
    struct ls_arena arena;
    ls_arena_init(&arena);
    ls_status status = LS_OK;
    struct ls_option *rows = ls_arena_get(&arena, len + 1, sizeof *rows);
    for (size_t i = 0; rows && i < len && status == LS_OK; i++) {
        rows[i] = flags[i];
        rows[i].name = ls_arena_printf(&arena, "--%s", flags[i].name);
        status = rows[i].name ? LS_OK : LS_OTHER;
    }
    if (!rows)
        status = LS_OTHER;
    if (status == LS_OK) {
        (void)fputs("\nflags:\n", file);
        ls_options_help(rows, 2, file);
    }
    ls_arena_release(&arena);
    return status;
}

ls_status ls_cli_help(const struct ls_command_ops *const *commands, const struct ls_cli *cli,
                      FILE *file)
{
    const struct ls_command_ops *ops = cli->call.ops;
    (void)fprintf(file, "usage: %s %s\n", cli->path, ops ? ops->usage : "COMMAND ...");
    if (ops)
        (void)fprintf(file, "\n%s\n", ops->help);
    if (!ops || ops->members) {
        (void)fputs("\n", file);
        list(ops ? ops->members : commands, file);
        (void)fprintf(file, "\n%s %s --help tells more.\n", cli->path, ops ? "KIND" : "COMMAND");
    }
    if (ops && ops->flags && ops->flags[0].name)
        LS_TRY(help_flags(ops->flags, file));
    if (ops && ops->more_help)
        ops->more_help(file);
    return LS_OK;
}
