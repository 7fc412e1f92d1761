/* adagrad against torch (float64) and any cut of the parameters. */
#include "tests/src/optim/check.h"

static void adagrad_is_torch(void **state)
{
    (void)state;
    const double w[PARAMS] = {0.8978389289434767, -1.9478643241299602, 0.39774448913975835};
    const char *const names[] = {"sum"};
    double slots[][PARAMS] = {{1.8469016604665318, 2.8984462825102075, 15.830420797113442}};
    const struct ls_optimizer optimizer = parsed(
        map(NULL, map("adagrad", entry("lr", "0.1"), entry("weight_decay", "0.01"), NO_CHILD),
            NO_CHILD));
    assert_torch(&optimizer, 1, names, w, slots);
}

static void adagrad_defaults_are_torch(void **state)
{
    (void)state;
    const struct ls_optimizer optimizer = parsed(entry(NULL, "adagrad"));
    assert_close(optimizer.lr, 0.01, 0);
    assert_close(optimizer.weight_decay, 0, 0);
    assert_int_equal(optimizer.decay, LS_DECAY_WEIGHTS);
}

static void adagrad_has_the_same_bits_wherever_a_run_begins(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        map(NULL, map("adagrad", entry("lr", "0.1"), entry("weight_decay", "0.01"), NO_CHILD),
            NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_optimizer optimizer = parsed(nodes[i]);
        assert_any_cut_has_the_same_bits(&optimizer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adagrad_is_torch),
        cmocka_unit_test(adagrad_defaults_are_torch),
        cmocka_unit_test(adagrad_has_the_same_bits_wherever_a_run_begins),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
