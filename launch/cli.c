#include "launch/cli.h"

#include <stdlib.h>

#include "src/engine/engine.h"

/* The engines, the default first: scripts read this line. */
static void print_version(void)
{
    (void)fputs("lockstep " LOCKSTEP_VERSION "\nengines:", stdout);
    for (const char *const *name = ls_engine_names(); *name; name++)
        (void)printf(" %s", *name);
    (void)putchar('\n');
}

static ls_status run(struct ls_cli *cli, const struct ls_peers *peers)
{
    const bool here = peers->rank == 0;
    if (cli->action == LS_CLI_VERSION) {
        if (here)
            print_version();
        return LS_OK;
    }
    if (cli->action == LS_CLI_HELP)
        return here ? ls_cli_help(ls_commands, cli, stdout) : LS_OK;
    cli->call.peers = peers;
    const struct ls_command_ops *ops = cli->call.ops;
    return here || ops->every_rank ? ops->run(&cli->call) : LS_OK;
}

static void explain(const char *prefix)
{
    if (ls_message()[0] == '\0')
        return;
    (void)fprintf(stderr, "%s%s\n", prefix, ls_message());
    if (getenv("LOCKSTEP_TRACE") && ls_trace()[0])
        (void)fprintf(stderr, "  at %s\n", ls_trace());
}

int ls_cli_run(int argc, char **argv, const struct ls_peers *peers)
{
    struct ls_arena arena;
    struct ls_cli cli;
    ls_arena_init(&arena);
    /* the same arguments on all ranks: no need to agree on what they are */
    ls_status status = ls_cli_parse(ls_commands, argc, argv, &arena, &cli);
    const bool parsed = status == LS_OK;
    if (parsed) {
        status = run(&cli, peers);
        if (!cli.call.ops || !cli.call.ops->every_rank)
            ls_broadcast(peers, &status, sizeof status);
    }
    if (status == LS_OK && fflush(stdout) != 0)
        status = ls_fail(LS_OTHER, "cannot write to standard output");
    if (status != LS_OK && peers->rank == 0)
        explain(parsed ? "lockstep: " : "");
    ls_arena_release(&arena);
    return (int)status;
}
