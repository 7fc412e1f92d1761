/* rmsprop against torch (float64) and any cut of the parameters. */
#include "tests/src/optim/check.h"

static void rmsprop_with_decay_is_torch(void **state)
{
    (void)state;
    const double w[PARAMS] = {-0.010541499931143103, -1.4912569861540754, -0.5167735195794833};
    const char *const names[] = {"square_avg"};
    double slots[][PARAMS] = {{0.01825980138933479, 0.028563944233375507, 0.15624208295548075}};
    const struct ls_optimizer optimizer = parsed(
        map(NULL, map("rmsprop", entry("lr", "0.1"), entry("weight_decay", "0.01"), NO_CHILD),
            NO_CHILD));
    assert_torch(&optimizer, 1, names, w, slots);
}

static void rmsprop_with_momentum_is_torch(void **state)
{
    (void)state;
    const double w[PARAMS] = {0.14542016943193714, -1.3802111801197605, -0.7065273660223073};
    const char *const names[] = {"square_avg", "momentum_buffer"};
    double slots[][PARAMS] = {{0.15534999999999996, 0.23396874999999998, 1.3400999999999996},
                              {2.6348513457993903, -0.9428377682450327, 2.2810965932453597}};
    const struct ls_optimizer optimizer =
        parsed(map(NULL,
                   map("rmsprop", entry("lr", "0.1"), entry("momentum", "0.9"),
                       entry("alpha", "0.9"), NO_CHILD),
                   NO_CHILD));
    assert_torch(&optimizer, 2, names, w, slots);
}

static void rmsprop_defaults_are_torch(void **state)
{
    (void)state;
    const struct ls_optimizer optimizer = parsed(entry(NULL, "rmsprop"));
    assert_close(optimizer.lr, 0.01, 0);
    assert_close(optimizer.weight_decay, 0, 0);
    assert_int_equal(optimizer.decay, LS_DECAY_WEIGHTS);
}

static void rmsprop_has_the_same_bits_wherever_a_run_begins(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        map(NULL, map("rmsprop", entry("lr", "0.1"), entry("weight_decay", "0.01"), NO_CHILD),
            NO_CHILD),
        map(NULL,
            map("rmsprop", entry("lr", "0.1"), entry("momentum", "0.9"), entry("alpha", "0.9"),
                NO_CHILD),
            NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_optimizer optimizer = parsed(nodes[i]);
        assert_any_cut_has_the_same_bits(&optimizer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rmsprop_with_decay_is_torch),
        cmocka_unit_test(rmsprop_with_momentum_is_torch),
        cmocka_unit_test(rmsprop_defaults_are_torch),
        cmocka_unit_test(rmsprop_has_the_same_bits_wherever_a_run_begins),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
