#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/node.h"

static void put_replaces_the_entry_of_a_map_and_appends_to_a_list(void **state)
{
    (void)state;
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_node *map = ls_node_branch(&arena, LS_NODE_MAP, NULL);
    ls_node_put(map, ls_node_scalar(&arena, "a", "1"));
    ls_node_put(map, ls_node_scalar(&arena, "b", "2"));
    ls_node_put(map, ls_node_scalar(&arena, "a", "3"));
    assert_int_equal(ls_node_len(map), 2);
    assert_string_equal(map->child->text, "3");
    assert_string_equal(ls_node_get(map, "b")->text, "2");
    assert_null(ls_node_get(map, "c"));
    struct ls_node *list = ls_node_branch(&arena, LS_NODE_LIST, NULL);
    ls_node_put(list, ls_node_scalar(&arena, NULL, "1"));
    ls_node_put(list, ls_node_scalar(&arena, NULL, "1"));
    assert_int_equal(ls_node_len(list), 2);
    assert_null(ls_node_get(list, "a"));
    ls_arena_release(&arena);
}

static void a_failure_starts_with_its_place(void **state)
{
    (void)state;
    const struct ls_node node = {
        .file = "job.yaml", .line = 12, .column = 9, .key_line = 11, .key_column = 3};
    assert_int_equal(ls_node_fail(&node, "no %s", "good"), LS_USAGE);
    assert_string_equal(ls_message(), "job.yaml:12:9: no good");
    (void)ls_node_fail_key(&node, "no");
    assert_string_equal(ls_message(), "job.yaml:11:3: no");
    const struct ls_node flag = {.file = "command line"};
    (void)ls_node_fail_key(&flag, "no");
    assert_string_equal(ls_message(), "command line: no");
    (void)ls_node_fail(NULL, "no");
    assert_string_equal(ls_message(), "no");
}

static void nearest_finds_slips_of_the_hand_and_nothing_else(void **state)
{
    (void)state;
    const char *const names[] = {"kernel", "stride", "pad", "groups", "lr", NULL};
    assert_string_equal(ls_nearest("kernal", names), "kernel");
    assert_string_equal(ls_nearest("kenrel", names), "kernel");
    assert_string_equal(ls_nearest("STRIDE", names), "stride");
    assert_string_equal(ls_nearest("group", names), "groups");
    assert_string_equal(ls_nearest("padd", names), "pad");
    assert_null(ls_nearest("momentum", names));
    assert_null(ls_nearest("x", names));
    assert_null(ls_nearest("", names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_replaces_the_entry_of_a_map_and_appends_to_a_list),
        cmocka_unit_test(a_failure_starts_with_its_place),
        cmocka_unit_test(nearest_finds_slips_of_the_hand_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
