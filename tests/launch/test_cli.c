#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launch/cli.h"

struct flags {
    const char *run;
    bool resume;
    size_t seed;
    struct ls_names label;
};

static const struct ls_option flags[] = {
    {"run", LS_STRING, offsetof(struct flags, run), NULL, 0, 0, NULL, "a folder"},
    {"resume", LS_BOOL, offsetof(struct flags, resume), "false", 0, 0, NULL, "goes on"},
    {"seed", LS_SIZE, offsetof(struct flags, seed), "7", 1, 100, NULL, "a number"},
    {"label", LS_NAMES, offsetof(struct flags, label), "", 0, 0, NULL, "columns"},
    {0},
};

static const struct ls_command_ops train = {.name = "train",
                                            .help = "trains",
                                            .usage = "JOB [KEY=VALUE...]",
                                            .flags = flags,
                                            .flags_bytes = sizeof(struct flags),
                                            .min_positional = 1,
                                            .max_positional = 1,
                                            .takes_overrides = true};
static const struct ls_command_ops *const members[] = {&train, NULL};
static const struct ls_command_ops family = {
    .name = "family", .help = "several", .usage = "KIND", .members = members};
static const struct ls_command_ops *const commands[] = {&train, &family, NULL};

static struct ls_arena arena;
static struct ls_cli cli;

static int open_arena(void **state)
{
    (void)state;
    ls_arena_init(&arena);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    ls_arena_release(&arena);
    return 0;
}

static ls_status parse(const char *line)
{
    static char text[512];
    static char *argv[32];
    int argc = 0;
    (void)snprintf(text, sizeof text, "%s", line);
    for (char *rest = text, *word; (word = strtok_r(rest, " ", &rest));)
        argv[argc++] = word;
    return ls_cli_parse(commands, argc, argv, &arena, &cli);
}

static void refuses(const char *line, const char *message)
{
    assert_int_equal(parse(line), LS_USAGE);
    assert_string_equal(ls_message(), message);
}

static void arguments_are_sorted_into_flags_overrides_and_positionals(void **state)
{
    (void)state;
    assert_int_equal(parse("lockstep train a/b=c.yaml --run x data.valid=0.2 --seed=9 --resume "
                           "--label a,b"),
                     LS_OK);
    const struct flags *given = cli.call.flags;
    assert_string_equal(given->run, "x");
    assert_true(given->resume);
    assert_int_equal(given->seed, 9);
    assert_int_equal(given->label.len, 2);
    assert_string_equal(given->label.value[1], "b");
    assert_int_equal(cli.call.n_positional, 1);
    assert_string_equal(cli.call.positional[0], "a/b=c.yaml");
    assert_int_equal(cli.call.n_overrides, 1);
    assert_string_equal(cli.call.overrides[0], "data.valid=0.2");
    assert_int_equal(parse("lockstep train --run x -- --odd"), LS_OK);
    assert_string_equal(cli.call.positional[0], "--odd");
    given = cli.call.flags;
    assert_false(given->resume);
    assert_int_equal(given->seed, 7);
}

static void wrong_usage_is_told_in_one_line(void **state)
{
    (void)state;
    refuses("lockstep", "lockstep: a command is needed (see lockstep --help)");
    refuses("lockstep trian x", "lockstep: unknown command trian (did you mean train?)");
    refuses("lockstep family tarin",
            "lockstep family: unknown command tarin (did you mean train?)");
    refuses("lockstep train job --resum",
            "lockstep train: unknown flag --resum (did you mean --resume?)");
    refuses("lockstep train job --zzz", "lockstep train: unknown flag --zzz "
                                        "(see lockstep train --help)");
    refuses("lockstep train job -x", "lockstep train: unknown flag -x (see lockstep train --help)");
    refuses("lockstep train job --run", "lockstep train: --run needs a value");
    refuses("lockstep train job", "lockstep train: --run is needed");
    refuses("lockstep train job --run a --run b", "lockstep train: --run is given twice");
    refuses("lockstep train --run a",
            "lockstep train: too few arguments, usage: lockstep train JOB [KEY=VALUE...]");
    refuses("lockstep train a b --run x", "lockstep train: \"b\" is one argument too many, usage: "
                                          "lockstep train JOB [KEY=VALUE...]");
    refuses("lockstep train a --run x --seed 101",
            "lockstep train: --seed takes a whole number from 1 to 100, got \"101\"");
}

static void help_is_understood_wherever_it_stands(void **state)
{
    (void)state;
    const char *const lines[] = {"lockstep --help",           "lockstep help",
                                 "lockstep train --help",     "lockstep help train",
                                 "lockstep train a b c -h",   "lockstep family --help",
                                 "lockstep help family train"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[4096] = "";
        assert_int_equal(parse(lines[i]), LS_OK);
        assert_int_equal(cli.action, LS_CLI_HELP);
        FILE *file = fmemopen(text, sizeof text, "w");
        assert_non_null(file);
        assert_int_equal(ls_cli_help(commands, &cli, file), LS_OK);
        (void)fclose(file);
        const bool of_train = strstr(lines[i], "train") != NULL;
        assert_int_equal(strstr(text, "--resume  true or false") != NULL, of_train);
        assert_int_equal(strstr(text, "  train  ") || strstr(text, "  train   "), !of_train);
    }
    assert_int_equal(parse("lockstep --version"), LS_OK);
    assert_int_equal(cli.action, LS_CLI_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_are_sorted_into_flags_overrides_and_positionals),
        cmocka_unit_test(wrong_usage_is_told_in_one_line),
        cmocka_unit_test(help_is_understood_wherever_it_stands),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
