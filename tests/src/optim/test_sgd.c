/* sgd against torch (float64) and any cut of the parameters. */
#include "tests/src/optim/check.h"

static void sgd_is_torch(void **state)
{
    (void)state;
    const double w[PARAMS] = {0.9086059210509999, -1.9422366421269999, 0.3736022482005};
    const struct ls_optimizer optimizer = parsed(map(
        NULL, map("sgd", entry("lr", "0.1"), entry("weight_decay", "0.01"), NO_CHILD), NO_CHILD));
    assert_torch(&optimizer, 0, NULL, w, NULL);
}

static void sgd_with_momentum_is_torch(void **state)
{
    (void)state;
    const double w[PARAMS] = {0.820031113351, -1.760737709227, -0.10174287814950007};
    const char *const names[] = {"momentum_buffer"};
    double slots[][PARAMS] = {{0.81478635649, -0.37251763773000013, 0.728500776495}};
    const struct ls_optimizer optimizer =
        parsed(map(NULL,
                   map("sgd", entry("lr", "0.1"), entry("momentum", "0.9"),
                       entry("weight_decay", "0.01"), NO_CHILD),
                   NO_CHILD));
    assert_torch(&optimizer, 1, names, w, slots);
}

static void sgd_with_nesterov_is_torch(void **state)
{
    (void)state;
    const double w[PARAMS] = {0.7469184967163371, -1.7277974601509767, -0.16588764405121395};
    const char *const names[] = {"momentum_buffer"};
    double slots[][PARAMS] = {{0.8139633640719101, -0.37100537567907005, 0.724394896032705}};
    const struct ls_optimizer optimizer =
        parsed(map(NULL,
                   map("sgd", entry("lr", "0.1"), entry("momentum", "0.9"),
                       entry("nesterov", "true"), entry("weight_decay", "0.01"), NO_CHILD),
                   NO_CHILD));
    assert_torch(&optimizer, 1, names, w, slots);
}

static void sgd_defaults_are_torch(void **state)
{
    (void)state;
    const struct ls_optimizer optimizer = parsed(entry(NULL, "sgd"));
    assert_close(optimizer.lr, 0.001, 0);
    assert_close(optimizer.weight_decay, 0, 0);
    assert_int_equal(optimizer.decay, LS_DECAY_WEIGHTS);
}

static void sgd_has_the_same_bits_wherever_a_run_begins(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        map(NULL, map("sgd", entry("lr", "0.1"), entry("weight_decay", "0.01"), NO_CHILD),
            NO_CHILD),
        map(NULL,
            map("sgd", entry("lr", "0.1"), entry("momentum", "0.9"), entry("weight_decay", "0.01"),
                NO_CHILD),
            NO_CHILD),
        map(NULL,
            map("sgd", entry("lr", "0.1"), entry("momentum", "0.9"), entry("nesterov", "true"),
                entry("weight_decay", "0.01"), NO_CHILD),
            NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_optimizer optimizer = parsed(nodes[i]);
        assert_any_cut_has_the_same_bits(&optimizer);
    }
}

static void nesterov_without_momentum_is_refused(void **state)
{
    (void)state;
    struct ls_optimizer optimizer;
    const struct ls_node *node =
        map(NULL, map("sgd", entry("nesterov", "true"), NO_CHILD), NO_CHILD);
    assert_int_equal(ls_optimizer_parse(&optimizer, node, &nodes_arena), LS_USAGE);
    assert_non_null(strstr(ls_message(), "momentum: 0.9"));
}

static void an_unknown_optimizer_is_refused_with_the_nearest(void **state)
{
    (void)state;
    struct ls_optimizer optimizer;
    assert_int_equal(ls_optimizer_parse(&optimizer, entry(NULL, "adamm"), &nodes_arena), LS_USAGE);
    assert_non_null(strstr(ls_message(), "did you mean adam"));
    assert_int_equal(ls_optimizer_parse(&optimizer, entry(NULL, "lbfgs"), &nodes_arena), LS_USAGE);
    assert_non_null(strstr(ls_message(), "rmsprop"));
}

static void decay_all_reaches_the_optimizer(void **state)
{
    (void)state;
    const struct ls_optimizer optimizer =
        parsed(map(NULL, map("sgd", entry("decay", "all"), NO_CHILD), NO_CHILD));
    assert_int_equal(optimizer.decay, LS_DECAY_ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sgd_is_torch),
        cmocka_unit_test(sgd_with_momentum_is_torch),
        cmocka_unit_test(sgd_with_nesterov_is_torch),
        cmocka_unit_test(sgd_defaults_are_torch),
        cmocka_unit_test(sgd_has_the_same_bits_wherever_a_run_begins),
        cmocka_unit_test(nesterov_without_momentum_is_refused),
        cmocka_unit_test(an_unknown_optimizer_is_refused_with_the_nearest),
        cmocka_unit_test(decay_all_reaches_the_optimizer),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
