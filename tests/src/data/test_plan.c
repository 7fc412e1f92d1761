#include "tests/bench.h"

#include "src/data/plan.h"

enum { N = 1003, BATCH = 64, EPOCHS = 3 };

static void every_sample_comes_once_an_epoch_and_epochs_differ(void **state)
{
    (void)state;
    const struct ls_subset all = ls_subset_all(N);
    const struct ls_plan plan = ls_plan(&all, BATCH, 1, LS_ORDER_SHUFFLE);
    static uint64_t order[EPOCHS][N];
    assert_int_equal(plan.steps_per_epoch, 16);
    for (uint64_t s = 0; s < EPOCHS * plan.steps_per_epoch; s++) {
        const struct ls_plan_step step = ls_plan_step(&plan, s);
        assert_int_equal(step.epoch, s / 16);
        assert_int_equal(step.n, s % 16 == 15 ? N % BATCH : BATCH);
        ls_plan_samples(&plan, &step, 0, step.n, order[step.epoch] + step.first);
    }
    int same = 0, in_place = 0;
    for (int e = 0; e < EPOCHS; e++) {
        static int seen[N];
        for (int i = 0; i < N; i++) {
            assert_true(order[e][i] < N);
            seen[order[e][i]]++;
            same += e > 0 && order[e][i] == order[e - 1][i];
            in_place += order[e][i] == (uint64_t)i;
        }
        for (int i = 0; i < N; i++)
            assert_int_equal(seen[i], e + 1);
    }
    assert_true(same < 20 && in_place < 20);
}

static void another_seed_gives_another_order(void **state)
{
    (void)state;
    const struct ls_subset all = ls_subset_all(N);
    uint64_t order[2][N];
    for (uint64_t seed = 0; seed < 2; seed++) {
        const struct ls_plan plan = ls_plan(&all, N, seed, LS_ORDER_SHUFFLE);
        const struct ls_plan_step step = ls_plan_step(&plan, 0);
        ls_plan_samples(&plan, &step, 0, N, order[seed]);
    }
    int same = 0;
    for (int i = 0; i < N; i++)
        same += order[0][i] == order[1][i];
    assert_true(same < 20);
}

static void sequential_order_is_the_file_s(void **state)
{
    (void)state;
    const struct ls_subset all = ls_subset_all(10);
    const struct ls_plan plan = ls_plan(&all, 4, 1, LS_ORDER_SEQUENTIAL);
    uint64_t samples[4];
    for (uint64_t s = 0; s < 7; s++) {
        const struct ls_plan_step step = ls_plan_step(&plan, s);
        ls_plan_samples(&plan, &step, 0, step.n, samples);
        for (size_t i = 0; i < step.n; i++)
            assert_int_equal(samples[i], s % 3 * 4 + i);
    }
}

static void rows_of_a_batch_can_be_asked_for_by_themselves(void **state)
{
    (void)state;
    const struct ls_subset all = ls_subset_all(N);
    const struct ls_plan plan = ls_plan(&all, BATCH, 1, LS_ORDER_SHUFFLE);
    const struct ls_plan_step step = ls_plan_step(&plan, 20);
    uint64_t batch[BATCH], part[7];
    ls_plan_samples(&plan, &step, 0, BATCH, batch);
    ls_plan_samples(&plan, &step, 31, 7, part);
    for (int i = 0; i < 7; i++)
        assert_int_equal(part[i], batch[31 + i]);
}

static void shards_are_equal_to_within_one_and_complete(void **state)
{
    (void)state;
    for (int shards = 1; shards < 40; shards++)
        for (size_t n = 0; n <= BATCH; n++) {
            assert_int_equal(ls_shard_row(n, shards, 0), 0);
            assert_int_equal(ls_shard_row(n, shards, shards), n);
            for (int s = 0; s < shards; s++) {
                const size_t len = ls_shard_row(n, shards, s + 1) - ls_shard_row(n, shards, s);
                assert_in_range(len, n / (size_t)shards, n / (size_t)shards + 1);
                assert_true(len <= ls_shard_max(BATCH, shards));
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_comes_once_an_epoch_and_epochs_differ),
        cmocka_unit_test(another_seed_gives_another_order),
        cmocka_unit_test(sequential_order_is_the_file_s),
        cmocka_unit_test(rows_of_a_batch_can_be_asked_for_by_themselves),
        cmocka_unit_test(shards_are_equal_to_within_one_and_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
