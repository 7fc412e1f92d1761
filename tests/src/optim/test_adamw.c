/* adamw against torch (float64) and any cut of the parameters. */
#include "tests/src/optim/check.h"

static void adamw_is_torch(void **state)
{
    (void)state;
    const double w[PARAMS] = {0.8527754257690608, -1.8390939689648318, 0.2901575192101699};
    const char *const names[] = {"exp_avg", "exp_avg_sq"};
    double slots[][PARAMS] = {{0.07819999999999998, -0.030875, 0.07229999999999996},
                              {0.0018252513122500016, 0.0028691922484375024, 0.015787014246000014}};
    const struct ls_optimizer optimizer =
        parsed(map(NULL, map("adamw", entry("lr", "0.1"), NO_CHILD), NO_CHILD));
    assert_torch(&optimizer, 2, names, w, slots);
}

static void adamw_defaults_are_torch(void **state)
{
    (void)state;
    const struct ls_optimizer optimizer = parsed(entry(NULL, "adamw"));
    assert_close(optimizer.lr, 0.001, 0);
    assert_close(optimizer.weight_decay, 0.01, 0);
    assert_int_equal(optimizer.decay, LS_DECAY_WEIGHTS);
}

static void adamw_has_the_same_bits_wherever_a_run_begins(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        map(NULL, map("adamw", entry("lr", "0.1"), NO_CHILD), NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_optimizer optimizer = parsed(nodes[i]);
        assert_any_cut_has_the_same_bits(&optimizer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adamw_is_torch),
        cmocka_unit_test(adamw_defaults_are_torch),
        cmocka_unit_test(adamw_has_the_same_bits_wherever_a_run_begins),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
