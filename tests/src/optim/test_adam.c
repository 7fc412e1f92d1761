/* adam against torch (float64) and any cut of the parameters. */
#include "tests/src/optim/check.h"

static void adam_with_decay_is_torch(void **state)
{
    (void)state;
    const double w[PARAMS] = {0.8527891282815415, -1.8409603906290684, 0.29130432553052976};
    const char *const names[] = {"exp_avg", "exp_avg_sq"};
    double slots[][PARAMS] = {{0.08137662450854163, -0.037388395361751404, 0.0735621240216917},
                              {0.0018427600586823068, 0.0028926313532331724, 0.015805433935351942}};
    const struct ls_optimizer optimizer = parsed(map(
        NULL, map("adam", entry("lr", "0.1"), entry("weight_decay", "0.01"), NO_CHILD), NO_CHILD));
    assert_torch(&optimizer, 2, names, w, slots);
}

static void adam_with_betas_and_eps_is_torch(void **state)
{
    (void)state;
    const double w[PARAMS] = {0.9289176363904263, -1.9318349092082423, 0.4029964975670162};
    const char *const names[] = {"exp_avg", "exp_avg_sq"};
    double slots[][PARAMS] = {{0.1402, -0.036000000000000004, 0.06679999999999997},
                              {0.08438125000000007, 0.1298027343750001, 0.7286312500000006}};
    const struct ls_optimizer optimizer =
        parsed(map(NULL,
                   map("adam", entry("lr", "0.05"),
                       list("betas", entry(NULL, "0.8"), entry(NULL, "0.95"), NO_CHILD),
                       entry("eps", "1e-3"), NO_CHILD),
                   NO_CHILD));
    assert_torch(&optimizer, 2, names, w, slots);
}

static void adam_defaults_are_torch(void **state)
{
    (void)state;
    const struct ls_optimizer optimizer = parsed(entry(NULL, "adam"));
    assert_close(optimizer.lr, 0.001, 0);
    assert_close(optimizer.weight_decay, 0, 0);
    assert_int_equal(optimizer.decay, LS_DECAY_WEIGHTS);
}

static void adam_has_the_same_bits_wherever_a_run_begins(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        map(NULL, map("adam", entry("lr", "0.1"), entry("weight_decay", "0.01"), NO_CHILD),
            NO_CHILD),
        map(NULL,
            map("adam", entry("lr", "0.05"),
                list("betas", entry(NULL, "0.8"), entry(NULL, "0.95"), NO_CHILD),
                entry("eps", "1e-3"), NO_CHILD),
            NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_optimizer optimizer = parsed(nodes[i]);
        assert_any_cut_has_the_same_bits(&optimizer);
    }
}

static void betas_that_are_not_two_below_1_are_refused(void **state)
{
    (void)state;
    struct ls_optimizer optimizer;
    const struct ls_node *one = list("betas", entry(NULL, "0.9"), NO_CHILD);
    const struct ls_node *high = list("betas", entry(NULL, "0.9"), entry(NULL, "1"), NO_CHILD);
    const struct ls_node *const wrong[] = {one, high};
    for (size_t i = 0; i < 2; i++) {
        const struct ls_node *node = map(NULL, map("adam", wrong[i], NO_CHILD), NO_CHILD);
        assert_int_equal(ls_optimizer_parse(&optimizer, node, &nodes_arena), LS_USAGE);
        assert_non_null(strstr(ls_message(), "betas"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adam_with_decay_is_torch),
        cmocka_unit_test(adam_with_betas_and_eps_is_torch),
        cmocka_unit_test(adam_defaults_are_torch),
        cmocka_unit_test(adam_has_the_same_bits_wherever_a_run_begins),
        cmocka_unit_test(betas_that_are_not_two_below_1_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
