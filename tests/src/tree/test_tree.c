#include "src/tree/tree.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MAX_SHARDS = 40 };

/* Rounds at every addition, so that any other tree shows in the bits. */
static float leaf(int shard)
{
    const uint32_t bits = (uint32_t)(shard + 1) * 2654435761U;
    return (float)(int32_t)bits * (float)(1U << (bits & 15));
}

/* The tree from its definition. */
static float serial(int begin, int end)
{
    if (end - begin == 1)
        return leaf(begin);
    int half = 1;
    while (2 * half < end - begin)
        half *= 2;
    return serial(begin, begin + half) + serial(begin + half, end);
}

static void run(float *values, const struct ls_tree_op *ops, int n)
{
    for (int i = 0; i < n; i++)
        values[ops[i].dst] += values[ops[i].src];
}

/* Puts this rank's pieces to their places among all: by local additions over leaves. */
static void add_local(const struct ls_tree *tree, float *all)
{
    float values[MAX_SHARDS];
    for (int i = 0; i < tree->last - tree->first; i++)
        values[i] = leaf(tree->first + i);
    run(values, tree->local, tree->n_local);
    for (int i = 0; i < tree->n_pieces; i++)
        all[tree->rank_piece_first[tree->rank] + i] = values[tree->piece_leaf[i]];
}

/* The same by waves over slots. */
static void add_waves(const struct ls_tree *tree, float *all)
{
    float slots[MAX_SHARDS];
    int next = 0, next_op = 0;
    for (int w = 0; w < tree->n_waves; w++) {
        const struct ls_tree_wave wave = tree->waves[w];
        assert_int_equal(wave.begin, next);
        assert_int_equal(wave.op_begin, next_op);
        for (int i = wave.begin; i < wave.end; i++) {
            assert_in_range(tree->slot[i], 0, tree->n_slots - 1);
            slots[tree->slot[i]] = leaf(tree->first + i);
        }
        run(slots, tree->wave_ops + wave.op_begin, wave.op_end - wave.op_begin);
        next = wave.end;
        next_op = wave.op_end;
    }
    assert_int_equal(next, tree->last - tree->first);
    assert_int_equal(next_op, tree->n_local);
    for (int i = 0; i < tree->n_pieces; i++)
        all[tree->rank_piece_first[tree->rank] + i] = slots[tree->piece_slot[i]];
}

/* Adds up with all ranks in turn; `wave` 0: without waves. */
static float add_up(int shards, int size, int wave)
{
    float all[MAX_SHARDS];
    struct ls_tree tree;
    struct ls_arena arena;
    ls_arena_init(&arena);
    int next = 0;
    for (int rank = 0; rank < size; rank++) {
        assert_int_equal(ls_tree_plan(&tree, shards, size, rank, wave > 0 ? wave : 1, &arena),
                         LS_OK);
        assert_int_equal(tree.first, next);
        assert_true(tree.n_pieces >= 1 && tree.n_pieces <= tree.last - tree.first);
        next = tree.last;
        if (wave > 0)
            add_waves(&tree, all);
        else
            add_local(&tree, all);
    }
    assert_int_equal(next, shards);
    run(all, tree.global, tree.n_global);
    ls_arena_release(&arena);
    return all[0];
}

static void assert_same_bits(float a, float b)
{
    assert_memory_equal(&a, &b, sizeof a);
}

static void any_number_of_ranks_gives_the_bits_of_the_serial_tree(void **state)
{
    (void)state;
    for (int shards = 1; shards <= MAX_SHARDS; shards++)
        for (int size = 1; size <= shards; size++)
            assert_same_bits(add_up(shards, size, 0), serial(0, shards));
}

static void waves_of_any_width_give_the_same_bits(void **state)
{
    (void)state;
    for (int shards = 1; shards <= MAX_SHARDS; shards++)
        for (int size = 1; size <= shards; size++)
            for (int wave = 1; wave <= 9; wave++)
                assert_same_bits(add_up(shards, size, wave), serial(0, shards));
}

static int log2_floor(int n)
{
    int log2 = 0;
    while (n >>= 1)
        log2++;
    return log2;
}

/* A finished piece keeps its slot; the running one is a binary counter of partial sums. */
static void waves_need_few_slots(void **state)
{
    (void)state;
    struct ls_tree tree;
    struct ls_arena arena;
    ls_arena_init(&arena);
    for (int shards = 1; shards <= MAX_SHARDS; shards++)
        for (int size = 1; size <= shards; size++)
            for (int wave = 1; wave <= 9; wave++) {
                (void)ls_tree_plan(&tree, shards, size, size / 2, wave, &arena);
                assert_true(tree.n_slots <=
                            log2_floor(tree.last - tree.first) + wave + tree.n_pieces);
                if (tree.n_pieces == 1)
                    assert_true(tree.n_slots <= log2_floor(tree.last - tree.first) + wave + 1);
            }
    (void)ls_tree_plan(&tree, 4096, 1, 0, 1, &arena);
    assert_true(tree.n_slots <= 13);
    ls_arena_release(&arena);
}

static void powers_of_two_make_one_piece_per_rank(void **state)
{
    (void)state;
    struct ls_tree tree;
    struct ls_arena arena;
    ls_arena_init(&arena);
    for (int size = 1; size <= 32; size *= 2)
        for (int rank = 0; rank < size; rank++) {
            (void)ls_tree_plan(&tree, 32, size, rank, 1, &arena);
            assert_int_equal(tree.n_pieces, 1);
            assert_int_equal(tree.n_all_pieces, size);
        }
    ls_arena_release(&arena);
}

static void ranks_hold_runs_as_equal_as_can_be(void **state)
{
    (void)state;
    for (int size = 1; size <= 64; size++)
        for (int rank = 0; rank < size; rank++) {
            const int len =
                ls_tree_first_shard(64, size, rank + 1) - ls_tree_first_shard(64, size, rank);
            assert_in_range(len, 64 / size, (64 + size - 1) / size);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_ranks_gives_the_bits_of_the_serial_tree),
        cmocka_unit_test(waves_of_any_width_give_the_same_bits),
        cmocka_unit_test(waves_need_few_slots),
        cmocka_unit_test(powers_of_two_make_one_piece_per_rank),
        cmocka_unit_test(ranks_hold_runs_as_equal_as_can_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
