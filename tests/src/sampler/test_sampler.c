#include "tests/bench.h"

#include <string.h>

#include "src/sampler/sampler.h"

enum { K = 5, MAX_BATCH = 256, MAX_SHARDS = 16 };

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

/* A data set without labels in memory: class c has the samples c, c + K, c + 2 K, ... */
static uint64_t strided(const void *index, size_t class, uint64_t i)
{
    (void)index;
    return class + K * i;
}

struct fixture {
    uint64_t n[K], weights[K];
    struct ls_balance balance;
    struct ls_subset subset;
    struct ls_plan plan;
};

static void make(struct fixture *f, const uint64_t *n, const uint64_t *weights, size_t batch)
{
    uint64_t total = 0;
    *f = (struct fixture){0};
    for (size_t c = 0; c < K; c++) {
        f->n[c] = n[c];
        f->weights[c] = weights[c];
        total += n[c];
    }
    f->balance = (struct ls_balance){.classes = {.len = K, .n = f->n, .sample = strided},
                                     .weights = f->weights};
    f->subset = ls_subset_all(total);
    f->plan = ls_plan(&f->subset, batch, 1, LS_ORDER_SHUFFLE);
    f->plan.balance = &f->balance;
}

static void start(struct ls_sampler *sampler, const struct fixture *f, int shards)
{
    assert_int_equal(ls_sampler_init(sampler, &f->plan, shards, &arena), LS_OK);
}

static const uint64_t uneven[K] = {1000, 3, 50, 1, 446}, alike[K] = {1, 1, 1, 1, 1};

static void every_sample_of_a_class_comes_once_a_pass(void **state)
{
    (void)state;
    struct fixture f;
    struct ls_sampler sampler;
    static uint64_t drawn[K], seen[K * 1000];
    make(&f, uneven, alike, 32);
    start(&sampler, &f, 1); /* rows are in the order of drawing */
    for (uint64_t s = 0; s < 400; s++) {
        const struct ls_pick *const picks = ls_sampler_batch(&sampler, s, 0, 32);
        for (size_t i = 0; i < 32; i++) {
            const size_t c = picks[i].class;
            assert_int_equal(picks[i].sample % K, c);
            assert_true(picks[i].sample / K < uneven[c]);
            assert_int_equal(picks[i].occasion, seen[picks[i].sample]++);
            drawn[c]++;
        }
        for (size_t c = 0; c < K; c++) /* no sample is a pass ahead of another */
            for (uint64_t i = 0; i < uneven[c]; i++)
                assert_in_range(seen[c + K * i], drawn[c] / uneven[c],
                                (drawn[c] + uneven[c] - 1) / uneven[c]);
    }
    assert_int_equal(drawn[1], 400 * 32 / K);
}

static void passes_differ_in_their_order(void **state)
{
    (void)state;
    struct fixture f;
    struct ls_walk walk;
    int same = 0;
    make(&f, uneven, alike, 32);
    assert_int_equal(ls_walk_init(&walk, &f.balance, 32, 1, true, &arena), LS_OK);
    for (uint64_t i = 0; i < 1000; i++)
        same += ls_walk_pick(&walk, 0, i).sample == ls_walk_pick(&walk, 0, 1000 + i).sample;
    assert_in_range(same, 0, 20);
}

static void a_step_is_the_same_however_one_comes_to_it(void **state)
{
    (void)state;
    struct fixture f;
    struct ls_sampler onward, back;
    static struct ls_pick order[30][24];
    make(&f, uneven, (const uint64_t[]){5, 1, 2, 1, 3}, 24);
    start(&onward, &f, 6);
    start(&back, &f, 6);
    for (uint64_t s = 0; s < 30; s++)
        memcpy(order[s], ls_sampler_batch(&onward, s, 0, 24), sizeof order[s]);
    for (uint64_t s = 30; s-- > 0;) {
        const struct ls_pick *const picks = ls_sampler_batch(&back, s, 7, 11);
        for (size_t i = 0; i < 24; i++) {
            assert_int_equal(picks[i].class, order[s][i].class);
            if (i >= 7 && i < 18)
                assert_int_equal(picks[i].sample, order[s][i].sample);
        }
    }
}

/* Every batch, the last of an epoch too, has its shares; a batch may be smaller than the classes
 * or the shards are many. */
static void batches_are_full_and_dealt_evenly(void **state)
{
    (void)state;
    static const size_t batches[] = {1, 3, 7, 16, 100, 256};
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
        for (int shards = 1; shards <= MAX_SHARDS; shards += 3) {
            struct fixture f;
            struct ls_sampler sampler;
            make(&f, uneven, alike, batches[b]);
            start(&sampler, &f, shards);
            assert_int_equal(f.plan.steps_per_epoch, (1500 + batches[b] - 1) / batches[b]);
            for (uint64_t s = f.plan.steps_per_epoch - 3; s < f.plan.steps_per_epoch + 3; s++) {
                size_t of_class[K] = {0};
                const size_t n = ls_plan_step(&f.plan, s).n;
                assert_int_equal(n, batches[b]);
                const struct ls_pick *const picks = ls_sampler_batch(&sampler, s, 0, n);
                for (size_t i = 0; i < n; i++)
                    of_class[picks[i].class]++;
                for (size_t c = 0; c < K; c++)
                    assert_in_range(of_class[c], n / K, (n + K - 1) / K);
                for (int shard = 0; shard < shards; shard++) {
                    size_t here[K] = {0};
                    for (size_t i = ls_shard_row(n, shards, shard);
                         i < ls_shard_row(n, shards, shard + 1); i++)
                        here[picks[i].class]++;
                    for (size_t c = 0; c < K; c++)
                        assert_in_range(here[c], of_class[c] / (size_t)shards,
                                        (of_class[c] + (size_t)shards - 1) / (size_t)shards);
                }
            }
        }
}

/* A billion samples, of which three are of class 1, without anything kept for a sample. */
static void a_billion_samples_are_planned_without_an_array_of_them(void **state)
{
    (void)state;
    struct fixture f;
    struct ls_sampler sampler;
    make(&f, (const uint64_t[]){999999000, 3, 500, 400, 97}, (const uint64_t[]){6, 1, 1, 1, 1},
         250);
    const size_t before = arena.bytes;
    start(&sampler, &f, 8);
    assert_true(arena.bytes - before < 65536);
    assert_int_equal(f.plan.steps_per_epoch, 4000000);
    uint64_t highest = 0;
    for (uint64_t s = 4000000 - 20; s < 4000000 + 20; s++) {
        size_t of_class[K] = {0};
        const struct ls_pick *const picks = ls_sampler_batch(&sampler, s, 0, 250);
        for (size_t i = 0; i < 250; i++) {
            of_class[picks[i].class]++;
            assert_true(picks[i].sample / K < f.n[picks[i].class]);
            highest = picks[i].sample > highest ? picks[i].sample : highest;
        }
        assert_int_equal(of_class[0], 150);
        for (size_t c = 1; c < K; c++)
            assert_int_equal(of_class[c], 25);
    }
    assert_true(highest > 4000000000);
}

static void sequential_order_walks_each_class_in_the_order_of_the_file(void **state)
{
    (void)state;
    struct fixture f;
    struct ls_sampler sampler;
    make(&f, uneven, (const uint64_t[]){1, 1, 0, 0, 0}, 4);
    f.plan.order = LS_ORDER_SEQUENTIAL;
    start(&sampler, &f, 1);
    for (uint64_t s = 0; s < 10; s++) {
        const struct ls_pick *const picks = ls_sampler_batch(&sampler, s, 0, 4);
        for (uint64_t i = 0; i < 2; i++) {
            assert_int_equal(picks[i].sample, K * (2 * s + i));
            assert_int_equal(picks[2 + i].sample, 1 + K * ((2 * s + i) % 3));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_of_a_class_comes_once_a_pass),
        cmocka_unit_test(passes_differ_in_their_order),
        cmocka_unit_test(a_step_is_the_same_however_one_comes_to_it),
        cmocka_unit_test(batches_are_full_and_dealt_evenly),
        cmocka_unit_test(a_billion_samples_are_planned_without_an_array_of_them),
        cmocka_unit_test(sequential_order_walks_each_class_in_the_order_of_the_file),
    };
    return cmocka_run_group_tests(tests, up, down);
}
