#include <string.h>

#include "launch/cli.h"

enum { MAX_NAMES = 64 };

/* The arguments on their way into a call. */
struct reading {
    int argc, at;
    char **argv;
    struct ls_cli *cli;
    const char **given; /* text of each flag in the order of the table, NULL: not given */
};

static const struct ls_command_ops *find(const struct ls_command_ops *const *commands,
                                         const char *name)
{
    for (; *commands; commands++)
        if (strcmp((*commands)->name, name) == 0)
            return *commands;
    return NULL;
}

static ls_status fail_unknown(const char *path, const char *what, const char *dashes,
                              const char *name, const char *const *names)
{
    const char *near = ls_nearest(name, names);
    if (near)
        return ls_fail(LS_USAGE, "%s: unknown %s %s%s (did you mean %s%s?)", path, what, dashes,
                       name, dashes, near);
    return ls_fail(LS_USAGE, "%s: unknown %s %s%s (see %s --help)", path, what, dashes, name, path);
}

static ls_status fail_command(const char *path, const char *name,
                              const struct ls_command_ops *const *commands)
{
    const char *names[MAX_NAMES + 1];
    size_t len = 0;
    for (; commands[len] && len < MAX_NAMES; len++)
        names[len] = commands[len]->name;
    names[len] = NULL;
    return fail_unknown(path, "command", "", name, names);
}

static bool is_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

/* Follows the names of commands, `import csv`, down the table. */
static ls_status choose(struct reading *reading, const struct ls_command_ops *const *commands,
                        struct ls_arena *arena)
{
    struct ls_cli *cli = reading->cli;
    while (commands) {
        if (reading->at == reading->argc) {
            if (cli->action == LS_CLI_HELP)
                return LS_OK;
            return ls_fail(LS_USAGE, "%s: a command is needed (see %s --help)", cli->path,
                           cli->path);
        }
        const char *name = reading->argv[reading->at++];
        if (is_help(name) || (!cli->call.ops && strcmp(name, "help") == 0)) {
            cli->action = LS_CLI_HELP;
            continue;
        }
        if (!cli->call.ops && strcmp(name, "--version") == 0) {
            cli->action = LS_CLI_VERSION;
            return LS_OK;
        }
        const struct ls_command_ops *ops = find(commands, name);
        if (!ops)
            return fail_command(cli->path, name, commands);
        cli->call.ops = ops;
        cli->path = ls_arena_printf(arena, "%s %s", cli->path, name);
        LS_TRY(cli->path ? LS_OK : LS_OTHER);
        commands = ops->members;
    }
    return LS_OK;
}

static size_t flag_count(const struct ls_command_ops *ops)
{
    size_t len = 0;
    while (ops->flags && ops->flags[len].name)
        len++;
    return len;
}

/* Takes `--name`, `--name=value` or `--name value`; text starts behind the dashes. */
static ls_status take_flag(struct reading *reading, const char *text)
{
    const struct ls_cli *cli = reading->cli;
    const struct ls_option *flags = cli->call.ops->flags;
    const size_t len = strcspn(text, "="), count = flag_count(cli->call.ops);
    const char *names[MAX_NAMES + 1];
    LS_ASSERT(count <= MAX_NAMES);
    for (size_t i = 0; i < count; i++) {
        names[i] = flags[i].name;
        if (strlen(names[i]) != len || strncmp(names[i], text, len) != 0)
            continue;
        if (reading->given[i])
            return ls_fail(LS_USAGE, "%s: --%s is given twice", cli->path, names[i]);
        if (text[len] == '=')
            reading->given[i] = text + len + 1;
        else if (flags[i].type == LS_BOOL)
            reading->given[i] = "true";
        else if (reading->at < reading->argc)
            reading->given[i] = reading->argv[reading->at++];
        else
            return ls_fail(LS_USAGE, "%s: --%s needs a value", cli->path, names[i]);
        return LS_OK;
    }
    names[count] = NULL;
    char name[64];
    (void)snprintf(name, sizeof name, "%.*s", (int)len, text);
    return fail_unknown(cli->path, "flag", "--", name, names);
}

static bool is_override(const struct ls_command_ops *ops, const char *argument)
{
    static const char key[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
    const size_t len = strspn(argument, key);
    return ops->takes_overrides && len > 0 && argument[len] == '=';
}

static ls_status take_arguments(struct reading *reading)
{
    struct ls_cli *cli = reading->cli;
    struct ls_command_call *call = &cli->call;
    for (bool flags_ended = false; reading->at < reading->argc;) {
        char *argument = reading->argv[reading->at++];
        if (flags_ended || argument[0] != '-' || argument[1] == '\0') {
            if (!flags_ended && is_override(call->ops, argument))
                call->overrides[call->n_overrides++] = argument;
            else
                call->positional[call->n_positional++] = argument;
        } else if (is_help(argument)) {
            cli->action = LS_CLI_HELP;
            return LS_OK;
        } else if (strcmp(argument, "--") == 0) {
            flags_ended = true;
        } else if (argument[1] == '-') {
            LS_TRY(take_flag(reading, argument + 2));
        } else {
            return ls_fail(LS_USAGE, "%s: unknown flag %s (see %s --help)", cli->path, argument,
                           cli->path);
        }
    }
    return LS_OK;
}

static ls_status fill_flags(const struct reading *reading, struct ls_arena *arena)
{
    struct ls_cli *cli = reading->cli;
    const struct ls_option *flags = cli->call.ops->flags;
    void *out = ls_arena_get(arena, 1, cli->call.ops->flags_bytes);
    if (!out)
        return LS_OTHER;
    cli->call.flags = out;
    for (size_t i = 0; flags && flags[i].name; i++) {
        struct ls_option rows[2] = {flags[i], {0}};
        rows[0].name = ls_arena_printf(arena, "--%s", flags[i].name);
        if (!rows[0].name)
            return LS_OTHER;
        if (!reading->given[i] && !flags[i].fallback)
            return ls_fail(LS_USAGE, "%s: %s is needed", cli->path, rows[0].name);
        if (reading->given[i])
            LS_TRY(ls_option_parse_text(rows, reading->given[i], cli->path, arena, out));
        else
            LS_TRY(ls_options_parse(rows, NULL, cli->path, NULL, arena, out));
    }
    return LS_OK;
}

static ls_status check_count(const struct ls_cli *cli)
{
    const struct ls_command_call *call = &cli->call;
    if (call->n_positional < call->ops->min_positional)
        return ls_fail(LS_USAGE, "%s: too few arguments, usage: %s %s", cli->path, cli->path,
                       call->ops->usage);
    if (call->n_positional > call->ops->max_positional)
        return ls_fail(LS_USAGE, "%s: \"%s\" is one argument too many, usage: %s %s", cli->path,
                       call->positional[call->ops->max_positional], cli->path, call->ops->usage);
    return LS_OK;
}

ls_status ls_cli_parse(const struct ls_command_ops *const *commands, int argc, char **argv,
                       struct ls_arena *arena, struct ls_cli *cli)
{
    *cli = (struct ls_cli){.path = "lockstep", .call = {.arena = arena}};
    struct reading reading = {.argc = argc, .at = 1, .argv = argv, .cli = cli};
    LS_TRY(choose(&reading, commands, arena));
    if (cli->action != LS_CLI_RUN)
        return LS_OK;
    const size_t rest = (size_t)(argc - reading.at);
    cli->call.positional = ls_arena_get(arena, rest, sizeof *cli->call.positional);
    cli->call.overrides = ls_arena_get(arena, rest, sizeof *cli->call.overrides);
    reading.given = ls_arena_get(arena, flag_count(cli->call.ops), sizeof *reading.given);
    if (!cli->call.positional || !cli->call.overrides || !reading.given)
        return LS_OTHER;
    LS_TRY(take_arguments(&reading));
    if (cli->action != LS_CLI_RUN)
        return LS_OK;
    LS_TRY(check_count(cli));
    return fill_flags(&reading, arena);
}
