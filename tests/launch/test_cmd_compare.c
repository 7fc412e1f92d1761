#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/checkpoint.h"
#include "launch/cli.h"

static char folder[] = "/tmp/lockstep-compare-XXXXXX";

static int open_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int close_folder(void **state)
{
    (void)state;
    (void)unlink("a");
    (void)unlink("b");
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void put(const char *path, float first, const char *slot)
{
    float weight[] = {first, 2, 3}, moment[] = {4};
    struct ls_tensor tensors[] = {
        {.path = "/model/dense1/weight", .axes = 2, .dims = {1, 3}, .data = weight},
        {.path = slot, .axes = 1, .dims = {1}, .data = moment}};
    const struct ls_checkpoint checkpoint = {.shards = 1,
                                             .input = {1, 3, 1, 1},
                                             .job = "seed: 1\n",
                                             .engine = "none",
                                             .libm = "none",
                                             .n_tensors = 2,
                                             .tensors = tensors};
    if (ls_checkpoint_write(path, &checkpoint) != LS_OK)
        fail_msg("%s", ls_message());
}

static ls_status compare(void)
{
    char *argv[] = {(char[]){"lockstep"}, (char[]){"compare"}, (char[]){"a"}, (char[]){"b"}};
    struct ls_arena arena;
    struct ls_cli cli;
    ls_arena_init(&arena);
    ls_status status = ls_cli_parse(ls_commands, 4, argv, &arena, &cli);
    if (status == LS_OK)
        status = cli.call.ops->run(&cli.call);
    ls_arena_release(&arena);
    return status;
}

static void equal_bits_are_equal_and_nothing_else_is(void **state)
{
    (void)state;
    const char *slot = "/optimizer/momentum_buffer/dense1/weight";
    put("a", 0.0f, slot);
    put("b", 0.0f, slot);
    assert_int_equal(compare(), LS_OK);
    put("b", -0.0f, slot); /* equal as numbers, not as bits */
    assert_int_equal(compare(), LS_OTHER);
    assert_string_equal(ls_message(), "");
    put("b", 0.0f, "/optimizer/exp_avg/dense1/weight");
    assert_int_equal(compare(), LS_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(equal_bits_are_equal_and_nothing_else_is)};
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
