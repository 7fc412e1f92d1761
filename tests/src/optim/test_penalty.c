/* The gradient of the penalties on the parameters. */
#include "src/optim/penalty.h"
#include "tests/src/close.h"
#include "tests/src/nodes.h"

static void the_gradient_gains_l1_sign_and_l2_w(void **state)
{
    (void)state;
    struct ls_penalty penalty;
    const struct ls_node *node = map(NULL, entry("l1", "0.5"), entry("l2", "0.25"), NO_CHILD);
    assert_int_equal(ls_penalty_parse(&penalty, node, &nodes_arena), LS_OK);
    const real w[] = {2, -4, 0, -0.0, 8};
    real g[] = {1, 1, 1, 1, -1};
    ls_penalty_add(&penalty, 5, w, g);
    const real expected[] = {2, -0.5, 1, 1, 1.5};
    assert_memory_equal(g, expected, sizeof expected);
    ls_arena_release(&nodes_arena);
}

static void no_penalty_leaves_the_gradient(void **state)
{
    (void)state;
    struct ls_penalty penalty;
    assert_int_equal(ls_penalty_parse(&penalty, NULL, &nodes_arena), LS_OK);
    const real w[] = {(real)INFINITY, 1}, expected[] = {1, -0.0};
    real g[] = {1, -0.0};
    ls_penalty_add(&penalty, 2, w, g);
    assert_memory_equal(g, expected, sizeof expected);
    ls_arena_release(&nodes_arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gradient_gains_l1_sign_and_l2_w),
        cmocka_unit_test(no_penalty_leaves_the_gradient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
