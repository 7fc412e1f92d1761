#include "src/tree/fold.h"

#include <math.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/philox.h"

enum { SHARDS = 13, PER_SHARD = 50, CHANNELS = 3, LEN = 1 + 2 * CHANNELS };

/* Channel c has mean 10^(3 c + 2) and deviation near 0.6. */
static double sample(int shard, int i, int c)
{
    const double mean[CHANNELS] = {1e2, 1e5, 1e8};
    const struct ls_draw draw = ls_philox(1, (uint64_t)shard, (uint64_t)i);
    return mean[c] + 2 * (double)ls_uniform(draw.word[c]) - 1;
}

/* Shard s has s % 4 quarters of PER_SHARD samples: every fourth none. */
static int shard_len(int shard)
{
    return shard % 4 * PER_SHARD / 4;
}

static void fill_leaf(double *leaf, int shard)
{
    const int n = shard_len(shard);
    leaf[0] = n;
    for (int c = 0; c < CHANNELS; c++) {
        double sum = 0, m2 = 0;
        for (int i = 0; i < n; i++)
            sum += sample(shard, i, c);
        const double mean = n > 0 ? sum / n : 0;
        for (int i = 0; i < n; i++)
            m2 += (sample(shard, i, c) - mean) * (sample(shard, i, c) - mean);
        leaf[1 + c] = mean;
        leaf[1 + CHANNELS + c] = m2;
    }
}

struct fixture {
    struct ls_arena arena;
    struct ls_tree tree;
    struct ls_peers peers;
    struct ls_fold fold;
};

static void set_up(struct fixture *f, size_t max_len)
{
    ls_arena_init(&f->arena);
    f->peers = ls_peers_alone();
    assert_int_equal(ls_tree_plan(&f->tree, SHARDS, 1, 0, 1, &f->arena), LS_OK);
    assert_int_equal(ls_fold_init(&f->fold, &f->tree, &f->peers, max_len, &f->arena), LS_OK);
}

static void moments_are_right_where_the_mean_dwarfs_the_deviation(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, LEN);
    for (int s = 0; s < SHARDS; s++)
        fill_leaf(ls_fold_leaf(&f.fold, s, LEN), s);
    const double *root = ls_fold(&f.fold, ls_merge_moments, LEN);

    double n = 0;
    for (int s = 0; s < SHARDS; s++)
        n += shard_len(s);
    assert_true(fabs(root[0] - n) < 0.5);
    for (int c = 0; c < CHANNELS; c++) {
        long double sum = 0, m2 = 0;
        for (int s = 0; s < SHARDS; s++)
            for (int i = 0; i < shard_len(s); i++)
                sum += (long double)sample(s, i, c);
        const long double mean = sum / (long double)n;
        for (int s = 0; s < SHARDS; s++)
            for (int i = 0; i < shard_len(s); i++)
                m2 += ((long double)sample(s, i, c) - mean) * ((long double)sample(s, i, c) - mean);
        assert_true(fabs(root[1 + c] - (double)mean) <= 1e-14 * (double)mean);
        assert_true(fabs(root[1 + CHANNELS + c] - (double)m2) <= 1e-6 * (double)m2);
    }
    ls_arena_release(&f.arena);
}

static void moments_of_nothing_are_nothing(void **state)
{
    (void)state;
    double a[LEN] = {0};
    const double b[LEN] = {0};
    ls_merge_moments(a, b, LEN);
    assert_memory_equal(a, b, sizeof a);
}

static void merging_with_no_samples_keeps_the_other_sides_bits(void **state)
{
    (void)state;
    double full[LEN], empty[LEN] = {0}, kept[LEN];
    fill_leaf(full, 3);
    memcpy(kept, full, sizeof kept);
    ls_merge_moments(full, empty, LEN);
    assert_memory_equal(full, kept, sizeof kept);
    ls_merge_moments(empty, full, LEN);
    assert_memory_equal(empty, kept, sizeof kept);
}

static void sums_fold_at_any_length_up_to_the_planned(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, 5);
    for (size_t len = 1; len <= 5; len += 2) {
        for (int s = 0; s < SHARDS; s++)
            for (size_t i = 0; i < len; i++)
                ls_fold_leaf(&f.fold, s, len)[i] = (double)(s + 1) * (double)(i + 1);
        const double *root = ls_fold(&f.fold, ls_merge_sum, len);
        for (size_t i = 0; i < len; i++)
            assert_true(fabs(root[i] - 91.0 * (double)(i + 1)) < 1e-9);
    }
    ls_arena_release(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_right_where_the_mean_dwarfs_the_deviation),
        cmocka_unit_test(moments_of_nothing_are_nothing),
        cmocka_unit_test(merging_with_no_samples_keeps_the_other_sides_bits),
        cmocka_unit_test(sums_fold_at_any_length_up_to_the_planned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
