/* `mine:` of a loss: what it says, how many it keeps, and what is refused. */
#include <string.h>

#include "tests/src/losses/check.h"

#define LOSS(kind, ...) map(NULL, map(kind, map("mine", __VA_ARGS__, NO_CHILD), NO_CHILD), NO_CHILD)
#define KEEP(share) entry("keep", share)
#define RATIO(number) entry("negatives_per_positive", number)
#define LEAST(count) entry("at_least", count)

static uint64_t kept(const char *share, uint64_t n)
{
    const struct ls_loss loss = planned(LOSS("cross_entropy", KEEP(share)));
    return ls_mine_count(&loss.mine, 0, n);
}

static void keep_is_rounded_and_at_least_1(void **state)
{
    (void)state;
    assert_int_equal(kept("0.25", 16), 4);
    assert_int_equal(kept("0.07", 100), 7); /* 0.07 * 100 is a little above 7 */
    assert_int_equal(kept("0.25", 10), 3);
    assert_int_equal(kept("0.25", 9), 2);
    assert_int_equal(kept("0.01", 16), 1);
    assert_int_equal(kept("1", 17), 17);
    assert_int_equal(kept("0.5", 0), 0);
}

static void negatives_go_with_positives_down_to_at_least(void **state)
{
    (void)state;
    const struct ls_mine three = planned(LOSS("cross_entropy", RATIO("3"))).mine;
    assert_int_equal(ls_mine_count(&three, 2, 100), 6);
    assert_int_equal(ls_mine_count(&three, 40, 100), 100);
    assert_int_equal(ls_mine_count(&three, 0, 100), 0);
    const struct ls_mine half = planned(LOSS("bce", RATIO("0.5"), LEAST("2"))).mine;
    assert_int_equal(ls_mine_count(&half, 0, 100), 2);
    assert_int_equal(ls_mine_count(&half, 0, 1), 1);
    assert_int_equal(ls_mine_count(&half, 10, 100), 5);
}

static void without_mine_every_example_counts(void **state)
{
    (void)state;
    assert_int_equal(planned(entry(NULL, "focal")).mine.rule, LS_MINE_NONE);
    assert_int_equal(
        planned(map(NULL, map("focal", entry("mine", "none"), NO_CHILD), NO_CHILD)).mine.rule,
        LS_MINE_NONE);
}

static void assert_refused(const struct ls_node *node, const char *words)
{
    struct ls_loss loss;
    assert_int_equal(ls_loss_parse(&loss, node, &nodes_arena), LS_USAGE);
    if (!strstr(ls_message(), words))
        fail_msg("%s", ls_message());
}

static void what_cannot_work_is_refused_with_a_hint(void **state)
{
    (void)state;
    assert_refused(LOSS("focal", KEEP("0")), "share above 0");
    assert_refused(LOSS("focal", KEEP("1.5")), "from 0 to 1");
    assert_refused(LOSS("focal", KEEP("0.5"), RATIO("3")), "give one");
    assert_refused(LOSS("focal", KEEP("0.5"), LEAST("3")), "give one");
    assert_refused(LOSS("focal", LEAST("3")), "{keep: SHARE}");
    assert_refused(LOSS("focal", entry("kep", "0.5")), "keep");
    assert_refused(LOSS("mse", RATIO("3")), "no positives");
    assert_refused(map(NULL, map("mse", entry("mine", "0.25"), NO_CHILD), NO_CHILD),
                   "{keep: SHARE}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keep_is_rounded_and_at_least_1),
        cmocka_unit_test(negatives_go_with_positives_down_to_at_least),
        cmocka_unit_test(without_mine_every_example_counts),
        cmocka_unit_test(what_cannot_work_is_refused_with_a_hint),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
