/* poly1 against torch (float64), finite differences and saturation. */
#include "tests/src/losses/check.h"

#define WEIGHTS                                                                                    \
    list("class_weights", entry(NULL, "0.5"), entry(NULL, "2"), entry(NULL, "1.25"), NO_CHILD)

static void poly1_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.39090040440123464, 0.06792830476917627, -0.45882870917041085,
                                  -0.4999808525626912, 0.03792763752087546, 0.46205321504181573};
    const struct ls_loss loss = planned(entry(NULL, "poly1"));
    assert_torch(&loss, 4.0201942222548395, gradient);
}

static void poly1_below_0_with_weights_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.3716585276370379,  0.06458456796447433,  -0.4362430956015122,
                                  -0.2830676341508882, 0.021472995549605585, 0.26159463860128257};
    const struct ls_loss loss =
        planned(map(NULL, map("poly1", entry("epsilon", "-0.5"), WEIGHTS, NO_CHILD), NO_CHILD));
    assert_torch(&loss, 1.9479907114328034, gradient);
}

static void poly1_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        entry(NULL, "poly1"), map(NULL, map("poly1", entry("epsilon", "-1"), NO_CHILD), NO_CHILD),
        map(NULL, map("poly1", entry("epsilon", "6"), WEIGHTS, NO_CHILD), NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_loss loss = planned(nodes[i]);
        assert_slope(&loss, 1);
        assert_slope(&loss, 4);
    }
}

static void poly1_is_finite_at_saturation(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        entry(NULL, "poly1"), map(NULL, map("poly1", entry("epsilon", "-1"), NO_CHILD), NO_CHILD),
        map(NULL, map("poly1", entry("epsilon", "6"), WEIGHTS, NO_CHILD), NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_loss loss = planned(nodes[i]);
        assert_finite_at_saturation(&loss);
    }
}

static void poly1_with_epsilon_0_is_cross_entropy(void **state)
{
    (void)state;
    assert_same(
        planned(map(NULL, map("poly1", entry("epsilon", "0"), WEIGHTS, NO_CHILD), NO_CHILD)),
        planned(map(NULL, map("cross_entropy", WEIGHTS, NO_CHILD), NO_CHILD)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poly1_is_torch),
        cmocka_unit_test(poly1_below_0_with_weights_is_torch),
        cmocka_unit_test(poly1_matches_finite_differences),
        cmocka_unit_test(poly1_is_finite_at_saturation),
        cmocka_unit_test(poly1_with_epsilon_0_is_cross_entropy),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
