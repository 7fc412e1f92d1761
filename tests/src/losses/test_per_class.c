/* Weights, counts and alpha by class: where they come from and what is refused. */
#include <string.h>

#include "tests/src/losses/check.h"

static const uint64_t counts[K] = {6, 1000, 45};

static struct ls_loss weighed(const struct ls_node *weights, const uint64_t *n)
{
    const struct ls_node *const node = map(NULL, map("cross_entropy", weights, NO_CHILD), NO_CHILD);
    struct ls_loss loss;
    assert_int_equal(ls_loss_parse(&loss, node, &nodes_arena), LS_OK);
    assert_true(ls_loss_needs_counts(&loss));
    assert_int_equal(ls_loss_plan(&loss, K, n, &nodes_arena), LS_OK);
    return loss;
}

static struct ls_node *effective(const char *beta)
{
    return map("class_weights", entry("effective", beta), NO_CHILD);
}

static void assert_weights(const char *beta, double a, double b, double c)
{
    const struct ls_loss loss = weighed(effective(beta), counts);
    assert_close(loss.class_weight[0], a, 1e-12);
    assert_close(loss.class_weight[1], b, 1e-12);
    assert_close(loss.class_weight[2], c, 1e-12);
}

static void effective_numbers_are_the_paper_s(void **state)
{
    (void)state;
    assert_weights("0.9", 1.5454011235808347, 0.7241116050639123, 0.7304872713552526);
    assert_weights("0.999", 2.619139633567838, 0.024791221927734294, 0.3560691445044281);
    assert_weights("0", 1, 1, 1);
}

/* up to BETA = 1, where they are in proportion to 1 / n_c */
static void effective_numbers_are_smooth_at_1(void **state)
{
    (void)state;
    const double sum = 1.0 / 6 + 1.0 / 1000 + 1.0 / 45;
    assert_weights("1", 3 / (6 * sum), 3 / (1000 * sum), 3 / (45 * sum));
    const struct ls_loss near = weighed(effective("0.999999999999"), counts);
    for (size_t c = 0; c < K; c++)
        assert_close(near.class_weight[c], 3 / ((double)counts[c] * sum), 1e-8);
}

static void a_class_without_samples_weighs_nothing(void **state)
{
    (void)state;
    const uint64_t some[K] = {6, 0, 6};
    static const char *const betas[] = {"0", "0.99", "1"};
    for (size_t i = 0; i < 3; i++) {
        const struct ls_loss loss = weighed(effective(betas[i]), some);
        assert_close(loss.class_weight[0], 1.5, 1e-14);
        assert_close(loss.class_weight[1], 0, 0);
        assert_close(loss.class_weight[2], 1.5, 1e-14);
    }
}

static void deferred_weights_begin_with_their_epoch(void **state)
{
    (void)state;
    const struct ls_node *const weights =
        list("class_weights", entry(NULL, "0.5"), entry(NULL, "2"), entry(NULL, "1.25"), NO_CHILD);
    const struct ls_loss loss = planned(
        map(NULL, map("cross_entropy", weights, entry("class_weights_from_epoch", "2"), NO_CHILD),
            NO_CHILD));
    const struct ls_loss plain = planned(entry(NULL, "cross_entropy"));
    assert_same(ls_loss_in_epoch(&loss, 0), plain);
    assert_same(ls_loss_in_epoch(&loss, 1), plain);
    assert_same(ls_loss_in_epoch(&loss, 2), loss);
    assert_true(loss.class_weight[0] == 0.5 && ls_loss_in_epoch(&loss, 2).class_weight[0] == 0.5);
}

static void assert_refused(const struct ls_node *node, const char *words)
{
    struct ls_loss loss;
    ls_status status = ls_loss_parse(&loss, node, &nodes_arena);
    if (status == LS_OK)
        status = ls_loss_plan(&loss, K, counts, &nodes_arena);
    assert_int_equal(status, LS_USAGE);
    if (!strstr(ls_message(), words))
        fail_msg("%s", ls_message());
}

#define LOSS(kind, argument) map(NULL, map(kind, argument, NO_CHILD), NO_CHILD)

static void what_cannot_work_is_refused_with_a_hint(void **state)
{
    (void)state;
    const struct ls_node *const two = list("alpha", entry(NULL, "1"), entry(NULL, "1"), NO_CHILD);
    const struct ls_node *const high =
        list("alpha", entry(NULL, "1"), entry(NULL, "0"), entry(NULL, "1.5"), NO_CHILD);
    assert_refused(LOSS("cross_entropy", effective("1.5")), "from 0 to 1");
    assert_refused(LOSS("cross_entropy", map("class_weights", entry("beta", "0.9"), NO_CHILD)),
                   "beta");
    assert_refused(LOSS("cross_entropy", entry("class_weights", "even")), "{effective: BETA}");
    assert_refused(LOSS("cross_entropy", entry("class_weights_from_epoch", "3")),
                   "no class_weights");
    assert_refused(LOSS("bce", entry("class_weights", "balanced")), "class_weights");
    assert_refused(LOSS("cross_entropy", list("class_counts", entry(NULL, "3"), NO_CHILD)),
                   "class_counts");
    assert_refused(LOSS("ldam", list("class_counts", entry(NULL, "3"), NO_CHILD)),
                   "lists 1 numbers");
    assert_refused(LOSS("ldam", list("class_counts", entry(NULL, "-3"), NO_CHILD)), "-3");
    assert_refused(LOSS("focal", entry("alpha", "2")), "from 0 to 1");
    assert_refused(LOSS("focal", two), "alpha lists 2 numbers");
    assert_refused(LOSS("focal_bce", high), "1.5");
    assert_refused(LOSS("ldam", entry("scale", "0")), "scale");
    assert_refused(LOSS("ldam", entry("max_margn", "1")), "max_margin");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effective_numbers_are_the_paper_s),
        cmocka_unit_test(effective_numbers_are_smooth_at_1),
        cmocka_unit_test(a_class_without_samples_weighs_nothing),
        cmocka_unit_test(deferred_weights_begin_with_their_epoch),
        cmocka_unit_test(what_cannot_work_is_refused_with_a_hint),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
