/* huber against torch (float64), finite differences and saturation. */
#include "tests/src/losses/check.h"

static void huber_delta_1_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.08333333333333333,  0.16666666666666666,  0.0,
                                  -0.08333333333333333, -0.16666666666666666, 0.08333333333333333};
    const struct ls_loss loss = planned(entry(NULL, "huber"));
    assert_torch(&loss, 0.6041666666666666, gradient);
}

static void huber_delta_0_4_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.06666666666666667,  0.06666666666666667,  0.0,
                                  -0.06666666666666667, -0.06666666666666667, 0.06666666666666667};
    const struct ls_loss loss =
        planned(map(NULL, map("huber", entry("delta", "0.4"), NO_CHILD), NO_CHILD));
    assert_torch(&loss, 0.3166666666666667, gradient);
}

static void huber_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        entry(NULL, "huber"), map(NULL, map("huber", entry("delta", "0.4"), NO_CHILD), NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_loss loss = planned(nodes[i]);
        assert_slope(&loss, 1);
        assert_slope(&loss, 4);
    }
}

static void huber_is_finite_at_saturation(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        entry(NULL, "huber"), map(NULL, map("huber", entry("delta", "0.4"), NO_CHILD), NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_loss loss = planned(nodes[i]);
        assert_finite_at_saturation(&loss);
    }
}

static void huber_is_continuous_where_the_square_ends(void **state)
{
    (void)state;
    const struct ls_loss loss = planned(entry(NULL, "huber"));
    const real z[K] = {1, -1, 3}, y[K] = {0, 0, 0};
    real dz[K];
    const struct ls_loss_sum sum = ls_loss_run(&loss, 1, z, (struct ls_targets){.values = y}, dz);
    assert_close(sum.value, 0.5 + 0.5 + 2.5, 0);
    assert_true(dz[0] == 1 && dz[1] == -1 && dz[2] == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(huber_delta_1_is_torch),
        cmocka_unit_test(huber_delta_0_4_is_torch),
        cmocka_unit_test(huber_matches_finite_differences),
        cmocka_unit_test(huber_is_finite_at_saturation),
        cmocka_unit_test(huber_is_continuous_where_the_square_ends),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
