/* balanced_softmax against torch (float64), finite differences and saturation. */
#include "tests/src/losses/check.h"

#define WEIGHTS                                                                                    \
    list("class_weights", entry(NULL, "0.5"), entry(NULL, "2"), entry(NULL, "1.25"), NO_CHILD)
#define COUNTS                                                                                     \
    list("class_counts", entry(NULL, "6"), entry(NULL, "1000"), entry(NULL, "45"), NO_CHILD)

static void balanced_softmax_is_torch_on_adjusted_outputs(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.014923113260928345, 0.4322080399848583,  -0.44713115324578667,
                                  -0.49984099293442197, 0.32285043601892516, 0.17699055691549678};
    const struct ls_loss loss =
        planned(map(NULL, map("balanced_softmax", COUNTS, NO_CHILD), NO_CHILD));
    assert_torch(&loss, 5.150104289922087, gradient);
}

static void balanced_softmax_tau_1_5_and_weights_is_torch(void **state)
{
    (void)state;
    const double gradient[LEN] = {0.0018571968065034486, 0.6944095889837095, -0.6962667857902131,
                                  -0.28570452167681976,  0.2559403540462943, 0.029764167630525463};
    const struct ls_loss loss = planned(map(
        NULL, map("balanced_softmax", entry("tau", "1.5"), COUNTS, WEIGHTS, NO_CHILD), NO_CHILD));
    assert_torch(&loss, 5.566769209874481, gradient);
}

static void balanced_softmax_matches_finite_differences(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        map(NULL, map("balanced_softmax", COUNTS, NO_CHILD), NO_CHILD),
        map(NULL, map("balanced_softmax", entry("tau", "3"), COUNTS, WEIGHTS, NO_CHILD), NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_loss loss = planned(nodes[i]);
        assert_slope(&loss, 1);
        assert_slope(&loss, 4);
    }
}

static void balanced_softmax_is_finite_at_saturation(void **state)
{
    (void)state;
    const struct ls_node *const nodes[] = {
        map(NULL, map("balanced_softmax", COUNTS, NO_CHILD), NO_CHILD),
        map(NULL, map("balanced_softmax", entry("tau", "3"), COUNTS, WEIGHTS, NO_CHILD), NO_CHILD)};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const struct ls_loss loss = planned(nodes[i]);
        assert_finite_at_saturation(&loss);
    }
}

static void balanced_softmax_with_tau_0_is_cross_entropy(void **state)
{
    (void)state;
    assert_same(
        planned(map(NULL, map("balanced_softmax", entry("tau", "0"), COUNTS, NO_CHILD), NO_CHILD)),
        planned(entry(NULL, "cross_entropy")));
}

static void counts_are_the_training_set_s_unless_given(void **state)
{
    (void)state;
    const uint64_t counts[K] = {6, 1000, 45};
    struct ls_loss loss;
    assert_int_equal(ls_loss_parse(&loss, entry(NULL, "balanced_softmax"), &nodes_arena), LS_OK);
    assert_true(ls_loss_needs_counts(&loss));
    assert_int_equal(ls_loss_plan(&loss, K, counts, &nodes_arena), LS_OK);
    const struct ls_loss given =
        planned(map(NULL, map("balanced_softmax", COUNTS, NO_CHILD), NO_CHILD));
    assert_false(ls_loss_needs_counts(&given));
    assert_same(loss, given);
}

/* A class that only validation has: its loss is finite. */
static void a_class_without_samples_counts_as_one_sample(void **state)
{
    (void)state;
    const struct ls_node *const none =
        list("class_counts", entry(NULL, "0"), entry(NULL, "10"), entry(NULL, "5"), NO_CHILD);
    const struct ls_node *const one =
        list("class_counts", entry(NULL, "1"), entry(NULL, "10"), entry(NULL, "5"), NO_CHILD);
    assert_same(planned(map(NULL, map("balanced_softmax", none, NO_CHILD), NO_CHILD)),
                planned(map(NULL, map("balanced_softmax", one, NO_CHILD), NO_CHILD)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(balanced_softmax_is_torch_on_adjusted_outputs),
        cmocka_unit_test(balanced_softmax_tau_1_5_and_weights_is_torch),
        cmocka_unit_test(balanced_softmax_matches_finite_differences),
        cmocka_unit_test(balanced_softmax_is_finite_at_saturation),
        cmocka_unit_test(balanced_softmax_with_tau_0_is_cross_entropy),
        cmocka_unit_test(counts_are_the_training_set_s_unless_given),
        cmocka_unit_test(a_class_without_samples_counts_as_one_sample),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
