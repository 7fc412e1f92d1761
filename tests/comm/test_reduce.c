#include "tests/comm/nodes.h"

#include <string.h>

/* Element i of a shard: of all sizes and signs, so that any other order of additions shows. */
static uint32_t mix(uint64_t shard, uint64_t i)
{
    uint64_t z = (shard + 1) * UINT64_C(0x9E3779B97F4A7C15) + i * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 29) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)(z >> 32);
}

static real leaf_real(uint64_t shard, uint64_t i)
{
    const uint32_t bits = mix(shard, i);
    return LS_R((int32_t)bits) * LS_R(1U << (bits & 15));
}

/* The serial tree, from its definition: [begin, end) splits at the largest power of two below its
 * length. */
static uint64_t middle_of(uint64_t begin, uint64_t end)
{
    uint64_t half = 1;
    while (2 * half < end - begin)
        half *= 2;
    return begin + half;
}

static real serial_real(uint64_t begin, uint64_t end, uint64_t i)
{
    if (end - begin == 1)
        return leaf_real(begin, i);
    const uint64_t middle = middle_of(begin, end);
    return serial_real(begin, middle, i) + serial_real(middle, end, i);
}

/* How the ranges come. */
enum pattern { AT_ONCE, PIECEMEAL, WITH_GAPS, POLLED, PATTERNS };

/* Element i of the vector is never ready: a gap of WITH_GAPS. */
static bool is_gap(enum pattern pattern, size_t i)
{
    return pattern == WITH_GAPS && (i % 7000 < 10 || (i >= 20000 && i < 31000));
}

struct bed {
    struct ls_arena arena;
    struct ls_tree tree;
    struct ls_reducer reducer;
    real **slots;
};

static bool make(struct bed *bed, const struct ls_peers *peers, int shards, size_t len)
{
    ls_arena_init(&bed->arena);
    bool good = ls_tree_plan(&bed->tree, shards, peers->size, peers->rank, 1, &bed->arena) == LS_OK;
    const size_t n = (size_t)bed->tree.n_slots;
    bed->slots = ls_arena_get(&bed->arena, n, sizeof *bed->slots);
    for (size_t i = 0; i < n; i++)
        bed->slots[i] = ls_arena_get(&bed->arena, len, sizeof(real));
    good = ls_reducer_init(&bed->reducer, peers, &bed->tree, len, len + 5, &bed->arena) == LS_OK &&
           good;
    return good;
}

/* This rank's pieces, leaf by leaf with the fewest buffers; shard s of step t is leaf s + 1000 t.
 */
static void fill(struct bed *bed, size_t len, int step)
{
    const struct ls_tree *const tree = &bed->tree;
    for (int w = 0; w < tree->n_waves; w++) {
        const struct ls_tree_wave wave = tree->waves[w];
        for (int leaf = wave.begin; leaf < wave.end; leaf++)
            for (size_t i = 0; i < len; i++)
                bed->slots[tree->slot[leaf]][i] =
                    leaf_real((uint64_t)(tree->first + leaf) + 1000 * (uint64_t)step, i);
        for (int k = wave.op_begin; k < wave.op_end; k++) {
            const struct ls_tree_op op = tree->wave_ops[k];
            for (size_t i = 0; i < len; i++)
                bed->slots[op.dst][i] += bed->slots[op.src][i];
        }
    }
}

/* Writes [begin, begin + len) of the pieces and says so. */
static void give(struct bed *bed, size_t begin, size_t len)
{
    for (int p = 0; p < bed->tree.n_pieces; p++)
        memcpy(bed->reducer.pieces[p] + begin, bed->slots[bed->tree.piece_slot[p]] + begin,
               len * sizeof(real));
    ls_reducer_ready(&bed->reducer, begin, len);
}

static void give_all(struct bed *bed, size_t len, enum pattern pattern)
{
    if (pattern == AT_ONCE) {
        give(bed, 0, len);
        return;
    }
    for (size_t end = len; end > 0;) {
        if (is_gap(pattern, end - 1)) {
            end--;
            continue;
        }
        const size_t most = 1 + (end * 7 + 13) % 1999;
        size_t begin = end;
        while (begin > 0 && end - begin < most && !is_gap(pattern, begin - 1))
            begin--;
        give(bed, begin, end - begin);
        for (int i = 0; pattern == POLLED && i < 3; i++)
            ls_reducer_poll(&bed->reducer);
        end = begin;
    }
}

/* True when every element that was given is the serial tree's. Each rank looks at a part. */
static bool is_serial_sum(const struct bed *bed, size_t len, int step, enum pattern pattern)
{
    const size_t rank = (size_t)bed->tree.rank, size = (size_t)bed->tree.size;
    const uint64_t from = 1000 * (uint64_t)step;
    bool good = true;
    for (size_t i = 0; i < len; i++) {
        if (is_gap(pattern, i) || (i % size != rank && i + 100 < len))
            continue;
        const real expected = serial_real(from, from + (uint64_t)bed->tree.shards, i);
        good = good && memcmp(&expected, &bed->reducer.sum[i], sizeof expected) == 0;
    }
    return good;
}

static bool reduces(const struct ls_peers *peers, int shards, size_t len, enum pattern pattern)
{
    struct bed bed;
    bool good = make(&bed, peers, shards, len);
    for (int step = 0; step < 3; step++) {
        fill(&bed, len, step);
        give_all(&bed, len, pattern);
        ls_reducer_finish(&bed.reducer);
        good = is_serial_sum(&bed, len, step, pattern) && good;
    }
    ls_arena_release(&bed.arena);
    return good;
}

static bool all_lens_and_shards(const struct ls_peers *peers)
{
    const int shards[] = {peers->size, 8, 13, 64};
    const size_t lens[] = {0, 1, 17, 1000, 8193, 50021};
    bool good = true;
    for (size_t s = 0; s < sizeof shards / sizeof *shards; s++)
        for (size_t i = 0; i < sizeof lens / sizeof *lens; i++)
            good = reduces(peers, shards[s], lens[i], (s + i) % PATTERNS) && good;
    return good;
}

static void reduce_gives_the_bits_of_the_serial_tree_on_any_nodes(void **state)
{
    assert_all_ranks(on_all_groupings(*state, all_lens_and_shards));
}

/* Many buckets, scattered and gathered, at lengths around the cuts into lines and chunks. */
static bool short_buckets(const struct ls_peers *peers)
{
    const size_t lens[] = {2, 15, 16, 31, 79, 80, 81, 1023, 1024, 1025, 40000};
    struct ls_comm *const comm = peers->context;
    const size_t bucket = comm->bucket, gathered = comm->max_gathered;
    bool good = true;
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++)
        for (enum pattern p = 0; p < PATTERNS; p++) {
            comm->bucket = p % 2 ? 512 : 4096;
            comm->max_gathered = i % 2 ? 0 : 1024;
            good = reduces(peers, 13, lens[i], p) && good;
        }
    comm->bucket = bucket;
    comm->max_gathered = gathered;
    return good;
}

static void any_buckets_give_the_same_bits(void **state)
{
    assert_all_ranks(on_all_groupings(*state, short_buckets));
}

/* Longer than the buckets as they are. */
static bool long_vector(const struct ls_peers *peers)
{
    return reduces(peers, 8, 700001, AT_ONCE) && reduces(peers, 5, 300001, POLLED);
}

static void long_vectors_are_reduced_in_several_buckets(void **state)
{
    assert_all_ranks(on_all_groupings(*state, long_vector));
}

static bool is_still(const struct ls_peers *peers)
{
    struct bed bed;
    const size_t len = 50000;
    bool good = make(&bed, peers, 13, len);
    fill(&bed, len, 0);
    const size_t before = ls_alloc_calls();
    for (int step = 0; step < 3; step++) {
        give_all(&bed, len, POLLED);
        ls_reducer_finish(&bed.reducer);
        good = ls_alloc_calls() == before && good;
    }
    ls_arena_release(&bed.arena);
    return good;
}

static void a_step_allocates_nothing(void **state)
{
    assert_all_ranks(on_all_groupings(*state, is_still));
}

/* Some ranks finish nothing at all in a step. */
static bool empty_steps(const struct ls_peers *peers)
{
    struct bed bed;
    bool good = make(&bed, peers, 13, 3000);
    ls_reducer_finish(&bed.reducer);
    ls_reducer_poll(&bed.reducer);
    fill(&bed, 3000, 0);
    give_all(&bed, 3000, PIECEMEAL);
    ls_reducer_finish(&bed.reducer);
    ls_reducer_finish(&bed.reducer);
    good = is_serial_sum(&bed, 3000, 0, PIECEMEAL) && good;
    ls_arena_release(&bed.arena);
    return good;
}

static void steps_without_ranges_change_nothing(void **state)
{
    assert_all_ranks(on_all_groupings(*state, empty_steps));
}

static bool leaves_the_rest(const struct ls_peers *peers)
{
    struct bed bed;
    const size_t len = 1003;
    bool good = make(&bed, peers, 13, len);
    for (size_t i = len; i < len + 5; i++)
        bed.reducer.sum[i] = LS_R(7);
    fill(&bed, len, 0);
    give_all(&bed, len, AT_ONCE);
    ls_reducer_finish(&bed.reducer);
    for (size_t i = len; i < len + 5; i++)
        good = bed.reducer.sum[i] == LS_R(7) && good;
    ls_arena_release(&bed.arena);
    return good;
}

static void what_lies_past_the_vector_is_left_alone(void **state)
{
    assert_all_ranks(on_all_groupings(*state, leaves_the_rest));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reduce_gives_the_bits_of_the_serial_tree_on_any_nodes),
        cmocka_unit_test(any_buckets_give_the_same_bits),
        cmocka_unit_test(long_vectors_are_reduced_in_several_buckets),
        cmocka_unit_test(a_step_allocates_nothing),
        cmocka_unit_test(steps_without_ranges_change_nothing),
        cmocka_unit_test(what_lies_past_the_vector_is_left_alone),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
