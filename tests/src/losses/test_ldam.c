/* ldam against torch (float64), finite differences and saturation. */
#include "tests/src/losses/check.h"

#define WEIGHTS                                                                                    \
    list("class_weights", entry(NULL, "0.5"), entry(NULL, "2"), entry(NULL, "1.25"), NO_CHILD)
#define COUNTS                                                                                     \
    list("class_counts", entry(NULL, "6"), entry(NULL, "1000"), entry(NULL, "45"), NO_CHILD)

static void ldam_with_weights_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {1.281172595108295,  0.038688060084652,     -1.319860655192947,
                                  -0.571423368767096, 0.0038244514218108245, 0.5675989173452852};
    const struct ls_loss loss = planned(
        map(NULL,
            map("ldam", entry("max_margin", "0.8"), entry("scale", "2"), COUNTS, WEIGHTS, NO_CHILD),
            NO_CHILD));
    assert_torch(&loss, 5.156020788473259, gradient);
}

static void ldam_at_its_defaults_is_torch(void **state)
{
    (void)state;
    const struct ls_loss loss = planned(map(NULL, map("ldam", COUNTS, NO_CHILD), NO_CHILD));
    real dz[LEN];
    const struct ls_loss_sum sum = ls_loss_run(&loss, N, outputs, targets_of(&loss), dz);
    assert_close(sum.value / sum.weight, 98.28206309603516, 1e-12);
    assert_close((double)dz[0], 30, 1e-11);
    assert_close((double)dz[2], -30, 1e-11);
}

static void ldam_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        map(NULL, map("ldam", COUNTS, NO_CHILD), NO_CHILD),
        map(NULL,
            map("ldam", entry("max_margin", "2"), entry("scale", "3"), COUNTS, WEIGHTS, NO_CHILD),
            NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_loss loss = planned(nodes[i]);
        assert_slope(&loss, 0.05);
        assert_slope(&loss, 1);
    }
}

static void ldam_is_finite_at_saturation(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        map(NULL, map("ldam", COUNTS, NO_CHILD), NO_CHILD),
        map(NULL,
            map("ldam", entry("max_margin", "2"), entry("scale", "3"), COUNTS, WEIGHTS, NO_CHILD),
            NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_loss loss = planned(nodes[i]);
        assert_finite_at_saturation(&loss);
    }
}

static void ldam_without_margin_is_cross_entropy(void **state)
{
    (void)state;
    assert_same(
        planned(map(NULL,
                    map("ldam", entry("max_margin", "0"), entry("scale", "1"), COUNTS, NO_CHILD),
                    NO_CHILD)),
        planned(entry(NULL, "cross_entropy")));
}

static void margins_go_with_the_fourth_root_of_the_count(void **state)
{
    (void)state;
    const struct ls_node *const counts =
        list("class_counts", entry(NULL, "16"), entry(NULL, "1"), entry(NULL, "81"), NO_CHILD);
    const struct ls_loss loss = planned(map(NULL, map("ldam", counts, NO_CHILD), NO_CHILD));
    assert_close(loss.per_class[0], -0.25, 1e-15);
    assert_close(loss.per_class[1], -0.5, 0);
    assert_close(loss.per_class[2], -0.5 / 3, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ldam_with_weights_is_torch),
        cmocka_unit_test(ldam_at_its_defaults_is_torch),
        cmocka_unit_test(ldam_matches_finite_differences),
        cmocka_unit_test(ldam_is_finite_at_saturation),
        cmocka_unit_test(ldam_without_margin_is_cross_entropy),
        cmocka_unit_test(margins_go_with_the_fourth_root_of_the_count),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
