#include "tests/bench.h"

#include <math.h>

#include "src/data/labels.h"
#include "src/data/subset.h"

enum { N = 5000, K = 4 };

static struct ls_arena arena;
static struct memory memory;

/* Classes of very unequal sizes: class 3 has three samples. */
static int fill(void **state)
{
    (void)state;
    ls_arena_init(&arena);
    memory_init(&memory, N, (struct ls_shape){1, 1, 1, 1}, K, 0, &arena);
    for (int i = 0; i < N; i++)
        memory.classes[i] = i % 1700 == 9 ? 3 : i % 10 == 0 ? 2 : i % 3 == 0;
    return 0;
}

static int release(void **state)
{
    (void)state;
    ls_arena_release(&arena);
    return 0;
}

static void split(double share, struct ls_subset *kept, struct ls_subset *held_out)
{
    if (ls_subset_split(&memory.source, share, 1, kept, held_out, &arena) != LS_OK)
        fail_msg("%s", ls_message());
}

static void split_holds_out_the_share_of_every_class(void **state)
{
    (void)state;
    struct ls_subset kept, held_out;
    struct ls_class_counts all, out;
    split(0.1, &kept, &held_out);
    assert_int_equal(ls_class_counts(&memory.source, NULL, K, &all, &arena), LS_OK);
    assert_int_equal(ls_class_counts(&memory.source, &held_out, K, &out, &arena), LS_OK);
    uint64_t total = 0;
    for (size_t c = 0; c < K; c++) {
        assert_int_equal(out.n[c], llround(0.1 * (double)all.n[c]));
        total += out.n[c];
    }
    assert_int_equal(all.n[3], 3);
    assert_int_equal(held_out.len, total);
}

static void parts_are_disjoint_complete_and_in_order(void **state)
{
    (void)state;
    static const double shares[] = {0.003, 0.1, 0.5, 0.98};
    for (size_t s = 0; s < sizeof shares / sizeof *shares; s++) {
        struct ls_subset part[2];
        split(shares[s], &part[0], &part[1]);
        assert_int_equal(part[0].len + part[1].len, N);
        static int seen[N];
        for (int i = 0; i < N; i++)
            seen[i] = 0;
        for (int p = 0; p < 2; p++)
            for (uint64_t i = 0; i < part[p].len; i++) {
                const uint64_t sample = ls_subset_sample(&part[p], i);
                assert_true(sample < N);
                assert_true(i == 0 || ls_subset_sample(&part[p], i - 1) < sample);
                seen[sample]++;
            }
        for (int i = 0; i < N; i++)
            assert_int_equal(seen[i], 1);
    }
}

static void split_is_the_same_at_each_call_and_another_for_another_seed(void **state)
{
    (void)state;
    struct ls_subset kept, a, b, c;
    split(0.1, &kept, &a);
    split(0.1, &kept, &b);
    assert_int_equal(ls_subset_split(&memory.source, 0.1, 2, &kept, &c, &arena), LS_OK);
    uint64_t differ = 0;
    for (uint64_t i = 0; i < a.len; i++) {
        assert_int_equal(ls_subset_sample(&a, i), ls_subset_sample(&b, i));
        differ += ls_subset_sample(&a, i) != ls_subset_sample(&c, i);
    }
    assert_true(differ > a.len / 2);
}

static void samples_without_classes_are_one_class(void **state)
{
    (void)state;
    struct memory real_valued;
    struct ls_subset kept, held_out;
    memory_init(&real_valued, 1037, (struct ls_shape){1, 1, 1, 1}, 0, 2, &arena);
    assert_int_equal(ls_subset_split(&real_valued.source, 0.25, 1, &kept, &held_out, &arena),
                     LS_OK);
    assert_int_equal(held_out.len, 259);
    assert_int_equal(kept.len, 778);
}

static void a_part_without_samples_is_refused(void **state)
{
    (void)state;
    struct ls_subset kept, held_out;
    assert_int_equal(ls_subset_split(&memory.source, 0.00001, 1, &kept, &held_out, &arena),
                     LS_USAGE);
    assert_string_equal(
        ls_message(),
        "data.valid: a share of 1e-05 of the 5000 samples of memory leaves one part empty");
}

static void lengths_around_the_blocks_of_the_index_are_right(void **state)
{
    (void)state;
    static const uint64_t lens[] = {2, 511, 512, 513, 1023, 1024, 1025};
    for (size_t l = 0; l < sizeof lens / sizeof *lens; l++) {
        struct memory m;
        struct ls_subset part[2];
        memory_init(&m, lens[l], (struct ls_shape){1, 1, 1, 1}, 1, 0, &arena);
        assert_int_equal(ls_subset_split(&m.source, 0.5, 3, &part[0], &part[1], &arena), LS_OK);
        uint64_t sum = 0;
        for (int p = 0; p < 2; p++)
            for (uint64_t i = 0; i < part[p].len; i++)
                sum += ls_subset_sample(&part[p], i);
        assert_int_equal(sum, lens[l] * (lens[l] - 1) / 2);
    }
}

/* How many of each class a tail is to keep of what is there. */
static void expect_tail(const struct ls_subset *before, double factor, const uint64_t *expected)
{
    struct ls_subset cut = *before;
    struct ls_class_counts counts;
    if (ls_subset_long_tail(&memory.source, factor, 1, &cut, &arena) != LS_OK)
        fail_msg("%s", ls_message());
    assert_int_equal(ls_class_counts(&memory.source, &cut, K, &counts, &arena), LS_OK);
    uint64_t total = 0;
    for (size_t c = 0; c < K; c++) {
        assert_int_equal(counts.n[c], expected[c]);
        total += expected[c];
    }
    assert_int_equal(cut.len, total);
}

static void long_tail_keeps_the_most_times_a_power_of_the_factor(void **state)
{
    (void)state;
    const struct ls_subset all = ls_subset_all(N);
    struct ls_subset kept, held_out;
    struct ls_class_counts counts;
    assert_int_equal(ls_class_counts(&memory.source, NULL, K, &counts, &arena), LS_OK);
    const uint64_t whole[K] = {2998, 1499, 500, 3};
    assert_memory_equal(counts.n, whole, sizeof whole);
    /* 2998 * 8^(-c/3) is 2998, 1499, 749.5 (of 500), 374.75 (of 3) */
    expect_tail(&all, 8, (const uint64_t[K]){2998, 1499, 500, 3});
    /* 2998 * 1000^(-c/3) is 2998, 299.8, 29.98, 2.998 */
    expect_tail(&all, 1000, (const uint64_t[K]){2998, 300, 30, 3});
    /* 2998 * 10^(-3c) is 2998, 2.998, 0.003, 0.000003: one is left */
    expect_tail(&all, 1e9, (const uint64_t[K]){2998, 3, 1, 1});
    expect_tail(&all, 1, whole);
    /* half are held out before: 1499 * 125^(-c/3) is 1499, 299.8, 59.96, 11.99 (of 1) */
    split(0.5, &kept, &held_out);
    expect_tail(&kept, 125, (const uint64_t[K]){1499, 300, 60, 1});
}

static void long_tail_draws_from_all_of_a_part_and_nothing_else(void **state)
{
    (void)state;
    struct ls_subset kept, held_out, cut;
    static int in_part[N], drawn[N];
    split(0.3, &kept, &held_out);
    for (uint64_t i = 0; i < kept.len; i++)
        in_part[ls_subset_sample(&kept, i)] = 1;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        cut = kept;
        assert_int_equal(ls_subset_long_tail(&memory.source, 30, seed, &cut, &arena), LS_OK);
        for (uint64_t i = 0; i < cut.len; i++) {
            const uint64_t sample = ls_subset_sample(&cut, i);
            assert_true(in_part[sample]);
            assert_true(i == 0 || ls_subset_sample(&cut, i - 1) < sample);
            drawn[sample]++;
        }
    }
    /* class 1 keeps 64%: that all of 40 draws take a sample has a chance of 2e-8 */
    for (int i = 0; i < N; i++)
        assert_true(!in_part[i] || memory.classes[i] != 1 || (drawn[i] > 0 && drawn[i] < 40));
}

static void long_tail_of_values_is_refused(void **state)
{
    (void)state;
    struct memory real_valued;
    struct ls_subset all = ls_subset_all(100);
    memory_init(&real_valued, 100, (struct ls_shape){1, 1, 1, 1}, 0, 2, &arena);
    assert_int_equal(ls_subset_long_tail(&real_valued.source, 10, 1, &all, &arena), LS_USAGE);
    assert_string_equal(ls_message(), "data.long_tail: the labels of memory are no classes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(split_holds_out_the_share_of_every_class),
        cmocka_unit_test(parts_are_disjoint_complete_and_in_order),
        cmocka_unit_test(split_is_the_same_at_each_call_and_another_for_another_seed),
        cmocka_unit_test(samples_without_classes_are_one_class),
        cmocka_unit_test(a_part_without_samples_is_refused),
        cmocka_unit_test(lengths_around_the_blocks_of_the_index_are_right),
        cmocka_unit_test(long_tail_keeps_the_most_times_a_power_of_the_factor),
        cmocka_unit_test(long_tail_draws_from_all_of_a_part_and_nothing_else),
        cmocka_unit_test(long_tail_of_values_is_refused),
    };
    return cmocka_run_group_tests(tests, fill, release);
}
