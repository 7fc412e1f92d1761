#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/philox.h"
#include "src/sampler/fair.h"

enum { MAX_PARTS = 64 };

static struct ls_arena arena;

static int up(void **state)
{
    (void)state;
    ls_arena_init(&arena);
    return 0;
}

static int down(void **state)
{
    (void)state;
    ls_arena_release(&arena);
    return 0;
}

/* Runs `steps` steps and holds each to its quotas, and the sums of all steps so far to within one
 * unit of what is due. */
static void expect_fair(const uint64_t *weights, size_t len, size_t total, uint64_t steps)
{
    struct ls_fair fair;
    size_t counts[MAX_PARTS];
    int64_t had[MAX_PARTS] = {0}, sum = 0;
    assert_int_equal(ls_fair_init(&fair, weights, len, total, &arena), LS_OK);
    for (size_t c = 0; c < len; c++)
        sum += (int64_t)weights[c];
    for (uint64_t t = 1; t <= steps; t++) {
        size_t all = 0;
        ls_fair_next(&fair, counts);
        for (size_t c = 0; c < len; c++) {
            const uint64_t due = weights[c] * total;
            const size_t floor = (size_t)(due / (uint64_t)sum);
            all += counts[c];
            had[c] += (int64_t)counts[c];
            assert_in_range(counts[c], floor, due % (uint64_t)sum ? floor + 1 : floor);
            const int64_t lag = (int64_t)(due * t) - had[c] * sum;
            assert_true(-sum < lag && lag < sum);
        }
        assert_int_equal(all, total);
    }
}

static void counts_are_the_quotas_where_they_are_whole(void **state)
{
    (void)state;
    const uint64_t weights[] = {3, 0, 1, 4};
    size_t counts[4];
    struct ls_fair fair;
    assert_int_equal(ls_fair_init(&fair, weights, 4, 16, &arena), LS_OK);
    for (int t = 0; t < 10; t++) {
        ls_fair_next(&fair, counts);
        assert_int_equal(counts[0], 6);
        assert_int_equal(counts[1], 0);
        assert_int_equal(counts[2], 2);
        assert_int_equal(counts[3], 8);
    }
}

static void no_part_is_ever_a_unit_off_its_due(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 3000; i++) {
        const struct ls_draw draw = ls_philox(1, 1, i);
        uint64_t weights[MAX_PARTS];
        const size_t len = 2 + draw.word[0] % (i % 10 ? 11 : MAX_PARTS - 2);
        const uint64_t most = UINT64_C(1) << draw.word[1] % 20;
        for (size_t c = 0; c < len; c++)
            weights[c] = 1 + ls_philox(1, 2 + c, i).word[0] % most;
        expect_fair(weights, len, 1 + draw.word[2] % (i % 2 ? 4 * len : 1000), 300);
    }
}

/* Where the largest lag first goes wrong: many parts, each due a little of the few units. */
static void few_units_for_many_parts_come_in_turn(void **state)
{
    (void)state;
    uint64_t weights[MAX_PARTS];
    for (size_t c = 0; c < MAX_PARTS; c++)
        weights[c] = 1000 / (c + 1) + 1;
    for (size_t total = 1; total < MAX_PARTS; total += 6)
        expect_fair(weights, MAX_PARTS, total, 2000);
}

static void a_part_of_three_in_a_million_has_its_turn(void **state)
{
    (void)state;
    const uint64_t weights[] = {999997, 3};
    expect_fair(weights, 2, 100, 20000);
}

static void large_weights_do_not_overflow(void **state)
{
    (void)state;
    const uint64_t weights[] = {LS_FAIR_MAX_SUM / 2 - 1, LS_FAIR_MAX_SUM / 2, 1};
    size_t counts[3], had = 0;
    struct ls_fair fair;
    assert_int_equal(ls_fair_init(&fair, weights, 3, (1 << 24) - 1, &arena), LS_OK);
    for (int t = 0; t < 100; t++) {
        ls_fair_next(&fair, counts);
        assert_in_range(counts[1], (1 << 23) - 1, 1 << 23);
        assert_int_equal(counts[0] + counts[1] + counts[2], (1 << 24) - 1);
        had += counts[2];
    }
    assert_in_range(had, 0, 1);
}

static void steps_are_the_same_after_a_rewind(void **state)
{
    (void)state;
    const uint64_t weights[] = {5, 7, 11, 2};
    size_t first[20][4], counts[4];
    struct ls_fair fair;
    assert_int_equal(ls_fair_init(&fair, weights, 4, 9, &arena), LS_OK);
    for (int t = 0; t < 20; t++)
        ls_fair_next(&fair, first[t]);
    ls_fair_rewind(&fair);
    assert_int_equal(fair.step, 0);
    for (int t = 0; t < 20; t++) {
        ls_fair_next(&fair, counts);
        assert_memory_equal(counts, first[t], sizeof counts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_the_quotas_where_they_are_whole),
        cmocka_unit_test(no_part_is_ever_a_unit_off_its_due),
        cmocka_unit_test(few_units_for_many_parts_come_in_turn),
        cmocka_unit_test(a_part_of_three_in_a_million_has_its_turn),
        cmocka_unit_test(large_weights_do_not_overflow),
        cmocka_unit_test(steps_are_the_same_after_a_rewind),
    };
    return cmocka_run_group_tests(tests, up, down);
}
