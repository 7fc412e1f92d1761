#include "tests/bench.h"

#include <string.h>

#include "src/base/philox.h"
#include "src/data/plan.h"
#include "src/sampler/deal.h"

enum { MAX_N = 300, MAX_K = 40, MAX_SHARDS = 70 };

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

static void deal(struct ls_pick *picks, size_t n, int shards)
{
    struct ls_deal table;
    assert_int_equal(ls_deal_init(&table, shards, MAX_N, MAX_K, &arena), LS_OK);
    ls_deal(&table, picks, n);
}

static void expect_even(const size_t *counts, int shards)
{
    size_t most = counts[0], least = counts[0];
    for (int s = 1; s < shards; s++) {
        most = counts[s] > most ? counts[s] : most;
        least = counts[s] < least ? counts[s] : least;
    }
    assert_in_range(most, least, least + 1);
}

/* Every pick is in one row, and each class and the hard ones are even over the shards. */
static void expect_dealt(const struct ls_pick *rows, size_t n, int shards)
{
    static size_t seen[MAX_N], of_class[MAX_K][MAX_SHARDS], hard[MAX_SHARDS];
    memset(seen, 0, sizeof seen);
    memset(of_class, 0, sizeof of_class);
    memset(hard, 0, sizeof hard);
    for (int s = 0; s < shards; s++)
        for (size_t i = ls_shard_row(n, shards, s); i < ls_shard_row(n, shards, s + 1); i++) {
            seen[rows[i].sample]++;
            of_class[rows[i].class][s]++;
            hard[s] += rows[i].hard;
        }
    for (size_t i = 0; i < n; i++)
        assert_int_equal(seen[i], 1);
    for (int c = 0; c < MAX_K; c++)
        expect_even(of_class[c], shards);
    expect_even(hard, shards);
}

static void classes_and_hard_examples_are_even_to_within_one(void **state)
{
    (void)state;
    for (uint64_t t = 0; t < 4000; t++) {
        const struct ls_draw size = ls_philox(1, 1, t);
        struct ls_pick picks[MAX_N] = {0};
        const size_t n = size.word[0] % (MAX_N + 1), k = 1 + size.word[1] % MAX_K;
        const int shards = 1 + (int)(size.word[2] % MAX_SHARDS);
        const uint32_t hard = size.word[3] % 5, hard_classes = 1 + size.word[3] / 5 % MAX_K;
        for (size_t i = 0; i < n; i++) {
            const struct ls_draw draw = ls_philox(1, 2 + t, i);
            const uint32_t class =
                draw.word[0] % (draw.word[1] % 2 ? 2 : (uint32_t)k) % (uint32_t)k;
            picks[i] = (struct ls_pick){.sample = i,
                                        .class = class,
                                        .hard = draw.word[2] % 4 < hard && class < hard_classes,
                                        .loss = t % 2 ? ls_uniform(draw.word[3]) : 0};
        }
        deal(picks, n, shards);
        expect_dealt(picks, n, shards);
    }
}

/* One row of each class, half of the classes hard: every hard one has to change places with one
 * of another class. */
static void hard_examples_are_even_where_no_class_has_two(void **state)
{
    (void)state;
    for (int shards = 2; shards <= 20; shards++) {
        struct ls_pick picks[MAX_K] = {0};
        for (uint32_t c = 0; c < MAX_K; c++)
            picks[c] = (struct ls_pick){.sample = c, .class = c, .hard = c % (uint32_t)shards < 2};
        deal(picks, MAX_K, shards);
        expect_dealt(picks, MAX_K, shards);
    }
}

static void losses_run_to_and_fro(void **state)
{
    (void)state;
    static const float loss[] = {1, 8, 5, 2, 7, 6, 3, 4};
    static const float dealt[] = {8, 1, 7, 2, 6, 3, 5, 4}; /* down to the end, and back */
    struct ls_pick picks[8] = {0};
    for (size_t i = 0; i < 8; i++)
        picks[i] = (struct ls_pick){.sample = i, .loss = loss[i]};
    deal(picks, 8, 4);
    for (size_t i = 0; i < 8; i++)
        assert_true(picks[i].loss == dealt[i]);
}

static void without_losses_rows_of_a_class_keep_the_order_of_drawing(void **state)
{
    (void)state;
    struct ls_pick picks[9] = {0};
    for (size_t i = 0; i < 9; i++)
        picks[i] = (struct ls_pick){.sample = i, .class = i % 2};
    deal(picks, 9, 1);
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(picks[i].sample, i < 5 ? 2 * i : 2 * (i - 5) + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_and_hard_examples_are_even_to_within_one),
        cmocka_unit_test(hard_examples_are_even_where_no_class_has_two),
        cmocka_unit_test(losses_run_to_and_fro),
        cmocka_unit_test(without_losses_rows_of_a_class_keep_the_order_of_drawing),
    };
    return cmocka_run_group_tests(tests, up, down);
}
