#include "src/hard/options.h"

#include <math.h>
#include <setjmp.h>
#include <string.h>

#include "tests/src/nodes.h"

#include <cmocka.h>

static struct ls_hard parsed(const struct ls_node *node)
{
    struct ls_hard hard;
    if (ls_hard_parse(&hard, node, &nodes_arena) != LS_OK)
        fail_msg("%s", ls_message());
    return hard;
}

static void refused(const struct ls_node *node, const char *words)
{
    struct ls_hard hard;
    assert_int_equal(ls_hard_parse(&hard, node, &nodes_arena), LS_USAGE);
    if (!strstr(ls_message(), words))
        fail_msg("\"%s\" does not say \"%s\"", ls_message(), words);
}

static void none_is_off_and_a_number_is_the_share(void **state)
{
    (void)state;
    assert_false(parsed(NULL).on);
    assert_false(parsed(entry("hard", "none")).on);
    const struct ls_hard hard = parsed(entry("hard", "0.5"));
    assert_true(hard.on && hard.share == 0.5 && hard.pool == 0.1 && hard.power == 1);
    assert_true(hard.mean == 0 && hard.discard == 0 && hard.refresh == 0);
    assert_int_equal(hard.warmup_epochs, 1);
    assert_true(parsed(entry("hard", "0")).on);
}

static void memory_is_the_last_loss_or_a_mean(void **state)
{
    (void)state;
    assert_true(parsed(map("hard", entry("memory", "last"), NO_CHILD)).mean == 0);
    const struct ls_node *const mean = map("memory", entry("mean", "0.75"), NO_CHILD);
    assert_true(parsed(map("hard", mean, NO_CHILD)).mean == 0.75);
    refused(map("hard", entry("memory", "first"), NO_CHILD), "last or {mean: BETA}, got first");
    refused(map("hard", map("memory", entry("mean", "1"), NO_CHILD), NO_CHILD), "below");
}

static void what_cannot_be_drawn_is_refused(void **state)
{
    (void)state;
    refused(entry("hard", "1.5"), "share");
    refused(map("hard", entry("pool", "0"), NO_CHILD), "nothing to draw from");
    refused(map("hard", entry("shar", "0.1"), NO_CHILD), "did you mean \"share\"");
    assert_true(parsed(map("hard", entry("pool", "0"), entry("share", "0"), NO_CHILD)).on);
}

/* Over any window of batches, the rows are the share of the window to within one. */
static void rows_are_the_share_of_any_window_to_within_one(void **state)
{
    (void)state;
    const double shares[] = {0, 0.1, 0.25, 1.0 / 3, 0.9999, 1};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        double least = 0, most = 0, so_far = 0; /* of the rows so far without their due */
        uint64_t before = 0;
        for (size_t t = 0; t < 2000; t++) {
            const size_t n = t % 7 == 6 ? 5 : 12, rows = ls_hard_rows(shares[i], before, n);
            assert_true(rows <= n);
            before += n;
            so_far += (double)rows;
            least = fmin(least, so_far - shares[i] * (double)before);
            most = fmax(most, so_far - shares[i] * (double)before);
        }
        assert_true(most - least < 1 + 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_is_off_and_a_number_is_the_share),
        cmocka_unit_test(memory_is_the_last_loss_or_a_mean),
        cmocka_unit_test(what_cannot_be_drawn_is_refused),
        cmocka_unit_test(rows_are_the_share_of_any_window_to_within_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
