/* The learning rate at every step of short runs. */
#include <string.h>

#include "src/optim/schedule.h"
#include "tests/src/close.h"
#include "tests/src/nodes.h"

static struct ls_schedule planned(const struct ls_node *node, uint64_t per_epoch, uint64_t total)
{
    struct ls_schedule schedule;
    assert_int_equal(ls_schedule_parse(&schedule, node, &nodes_arena), LS_OK);
    assert_int_equal(ls_schedule_plan(&schedule, per_epoch, total, &nodes_arena), LS_OK);
    return schedule;
}

static void assert_rates(const struct ls_schedule *schedule, double lr, size_t n,
                         const double *expected)
{
    for (size_t s = 0; s < n; s++)
        assert_close(ls_schedule_lr(schedule, lr, s), expected[s], 1e-15);
}

static void no_schedule_is_constant(void **state)
{
    (void)state;
    const struct ls_schedule schedule = planned(NULL, 2, 4);
    assert_rates(&schedule, 0.1, 6, (const double[]){0.1, 0.1, 0.1, 0.1, 0.1, 0.1});
}

static void warmup_rises_to_the_rate_and_stays(void **state)
{
    (void)state;
    const struct ls_schedule steps = planned(map(NULL, entry("warmup_steps", "4"), NO_CHILD), 2, 6);
    const struct ls_schedule epochs =
        planned(map(NULL, entry("warmup_epochs", "2"), NO_CHILD), 2, 6);
    const double expected[] = {0.2, 0.4, 0.6, 0.8, 0.8, 0.8};
    assert_rates(&steps, 0.8, 6, expected);
    assert_rates(&epochs, 0.8, 6, expected);
}

/* the rates after warm-up are torch's CosineAnnealingLR(T_max=4, eta_min=0.001) */
static void cosine_after_warmup_spans_the_remaining_steps(void **state)
{
    (void)state;
    const struct ls_schedule schedule =
        planned(map(NULL, entry("warmup_steps", "2"), map("cosine", entry("to", "0.001"), NO_CHILD),
                    NO_CHILD),
                2, 6);
    assert_rates(
        &schedule, 0.1, 7,
        (const double[]){0.05, 0.1, 0.1, 0.0855017856687341, 0.0505, 0.0154982143312659, 0.001});
}

static void cosine_without_arguments_goes_to_0(void **state)
{
    (void)state;
    const struct ls_schedule schedule = planned(map(NULL, map("cosine", NO_CHILD), NO_CHILD), 1, 2);
    assert_rates(&schedule, 1, 3, (const double[]){1, 0.5, 0});
}

static void warmup_longer_than_the_run_never_reaches_the_cosine(void **state)
{
    (void)state;
    const struct ls_schedule schedule =
        planned(map(NULL, entry("warmup_steps", "4"), map("cosine", NO_CHILD), NO_CHILD), 1, 2);
    assert_rates(&schedule, 1, 2, (const double[]){0.25, 0.5});
}

static void step_multiplies_at_each_step_or_epoch(void **state)
{
    (void)state;
    const struct ls_schedule steps =
        planned(map(NULL,
                    map("step", list("at_steps", entry(NULL, "2"), entry(NULL, "4"), NO_CHILD),
                        entry("factor", "0.5"), NO_CHILD),
                    NO_CHILD),
                2, 6);
    const struct ls_schedule epochs =
        planned(map(NULL,
                    map("step", list("at_epochs", entry(NULL, "1"), entry(NULL, "2"), NO_CHILD),
                        entry("factor", "0.5"), NO_CHILD),
                    NO_CHILD),
                2, 6);
    const double expected[] = {1, 1, 0.5, 0.5, 0.25, 0.25};
    assert_rates(&steps, 1, 6, expected);
    assert_rates(&epochs, 1, 6, expected);
}

static void assert_refused(const struct ls_node *node, const char *words)
{
    struct ls_schedule schedule;
    assert_int_equal(ls_schedule_parse(&schedule, node, &nodes_arena), LS_USAGE);
    assert_non_null(strstr(ls_message(), words));
}

static void contradictions_are_refused(void **state)
{
    (void)state;
    struct ls_node *at = list("at_steps", entry(NULL, "2"), entry(NULL, "2"), NO_CHILD);
    assert_refused(map(NULL, map("step", at, NO_CHILD), NO_CHILD), "must ascend");
    assert_refused(map(NULL, map("step", entry("factor", "0.5"), NO_CHILD), NO_CHILD), "at_epochs");
    assert_refused(
        map(NULL, map("step", entry("at_steps", "3"), entry("at_epochs", "1"), NO_CHILD), NO_CHILD),
        "not both");
    assert_refused(
        map(NULL, map("cosine", NO_CHILD), map("step", entry("at_steps", "3"), NO_CHILD), NO_CHILD),
        "cosine or step");
    assert_refused(map(NULL, entry("warmup_steps", "3"), entry("warmup_epochs", "1"), NO_CHILD),
                   "not both");
    assert_refused(map(NULL, entry("warmup_step", "3"), NO_CHILD), "warmup_steps");
}

static int release_nodes(void **state)
{
    (void)state;
    ls_arena_release(&nodes_arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_schedule_is_constant),
        cmocka_unit_test(warmup_rises_to_the_rate_and_stays),
        cmocka_unit_test(cosine_after_warmup_spans_the_remaining_steps),
        cmocka_unit_test(cosine_without_arguments_goes_to_0),
        cmocka_unit_test(warmup_longer_than_the_run_never_reaches_the_cosine),
        cmocka_unit_test(step_multiplies_at_each_step_or_epoch),
        cmocka_unit_test(contradictions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, release_nodes);
}
