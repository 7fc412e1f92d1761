#include "tests/comm/peers.h"

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

static double leaf_tail(uint64_t shard, uint64_t i)
{
    const uint32_t bits = mix(shard, ~i);
    return (double)(int32_t)bits / (double)(1 + (bits & 1023));
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

static double serial_tail(uint64_t begin, uint64_t end, uint64_t i)
{
    if (end - begin == 1)
        return leaf_tail(begin, i);
    const uint64_t middle = middle_of(begin, end);
    return serial_tail(begin, middle, i) + serial_tail(middle, end, i);
}

/* This rank's pieces, leaf by leaf with the fewest buffers; piece i lies in slot piece_slot[i]. */
static void fill_pieces(const struct ls_tree *tree, real **slots, size_t len, double **tail_slots,
                        size_t tail_len)
{
    for (int w = 0; w < tree->n_waves; w++) {
        const struct ls_tree_wave wave = tree->waves[w];
        for (int leaf = wave.begin; leaf < wave.end; leaf++) {
            const uint64_t shard = (uint64_t)(tree->first + leaf);
            for (size_t i = 0; i < len; i++)
                slots[tree->slot[leaf]][i] = leaf_real(shard, i);
            for (size_t i = 0; i < tail_len; i++)
                tail_slots[tree->slot[leaf]][i] = leaf_tail(shard, i);
        }
        for (int k = wave.op_begin; k < wave.op_end; k++) {
            const struct ls_tree_op op = tree->wave_ops[k];
            for (size_t i = 0; i < len; i++)
                slots[op.dst][i] += slots[op.src][i];
            for (size_t i = 0; i < tail_len; i++)
                tail_slots[op.dst][i] += tail_slots[op.src][i];
        }
    }
}

/* True when every rank's bytes are those of rank 0, and those are the serial tree's. */
static bool is_serial_sum(const struct ls_peers *peers, uint64_t shards, const real *sum,
                          size_t len, const double *tail, size_t tail_len)
{
    bool good = true;
    real *expected = ls_alloc(len, sizeof *expected);
    if (peers->rank == 0)
        for (size_t i = 0; i < len; i++)
            expected[i] = serial_real(0, shards, i);
    MPI_Bcast(expected, (int)(len * sizeof(real)), MPI_BYTE, 0, MPI_COMM_WORLD);
    good = len == 0 || memcmp(expected, sum, len * sizeof(real)) == 0;
    for (size_t i = 0; i < tail_len; i++) {
        const double value = serial_tail(0, shards, i);
        good = good && memcmp(&value, &tail[i], sizeof value) == 0;
    }
    ls_free(expected);
    return good;
}

static bool reduces(const struct ls_peers *peers, int shards, size_t len, size_t tail_len)
{
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_tree tree;
    assert_int_equal(ls_tree_plan(&tree, shards, peers->size, peers->rank, 1, &arena), LS_OK);
    const size_t n = (size_t)tree.n_slots;
    real **slots = ls_arena_get(&arena, n, sizeof *slots);
    real **pieces = ls_arena_get(&arena, n, sizeof *pieces);
    double **tail_slots = ls_arena_get(&arena, n, sizeof *tail_slots);
    double **tails = ls_arena_get(&arena, n, sizeof *tails);
    for (size_t i = 0; i < n; i++) {
        slots[i] = ls_arena_get(&arena, len, sizeof(real));
        tail_slots[i] = ls_arena_get(&arena, tail_len, sizeof(double));
    }
    fill_pieces(&tree, slots, len, tail_slots, tail_len);
    for (int i = 0; i < tree.n_pieces; i++) {
        pieces[i] = slots[tree.piece_slot[i]];
        tails[i] = tail_slots[tree.piece_slot[i]];
    }
    ls_reduce(peers, &tree, pieces, len, tails, tail_len);
    const bool good = is_serial_sum(peers, (uint64_t)shards, pieces[0], len, tails[0], tail_len);
    ls_arena_release(&arena);
    return good;
}

static void reduce_gives_the_bits_of_the_serial_tree(void **state)
{
    const struct ls_peers *peers = *state;
    const int shards[] = {peers->size, 8, 13, 16, 64};
    const size_t lens[] = {0, 1, 1000, 100003, 1 << 20}, tail_lens[] = {3, 0, 17};
    for (size_t s = 0; s < sizeof shards / sizeof *shards; s++)
        for (size_t i = 0; i < sizeof lens / sizeof *lens; i++)
            assert_all_ranks(reduces(peers, shards[s], lens[i], tail_lens[(s + i) % 3]));
}

/* Both ways, at lengths around the cuts into cache lines, chunks and sections. */
static void either_way_of_reducing_gives_the_same_bits(void **state)
{
    const struct ls_peers *peers = *state;
    struct ls_comm *comm = peers->context;
    const size_t gathered = comm->max_gathered, section = comm->section;
    const size_t lens[] = {1, 2, 15, 16, 17, 31, 33, 79, 80, 81, 1023, 1024, 1025, 5000};
    bool good = true;
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        comm->max_gathered = SIZE_MAX;
        good = reduces(peers, 13, lens[i], 2) && good;
        comm->max_gathered = 0;
        good = reduces(peers, 13, lens[i], 2) && good;
        comm->section = 256; /* many short sections */
        good = reduces(peers, 13, lens[i], 2) && good;
        comm->section = section;
    }
    comm->max_gathered = gathered;
    assert_all_ranks(good);
}

static void reduce_allocates_nothing_the_second_time(void **state)
{
    const struct ls_peers *peers = *state;
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_tree tree;
    assert_int_equal(ls_tree_plan(&tree, 13, peers->size, peers->rank, 1, &arena), LS_OK);
    const size_t len = 300000;
    real *pieces[16];
    double *tails[16];
    for (int i = 0; i < tree.n_pieces; i++) {
        pieces[i] = ls_arena_get(&arena, len, sizeof(real));
        tails[i] = ls_arena_get(&arena, 4, sizeof(double));
    }
    ls_reduce(peers, &tree, pieces, len, tails, 4);
    const size_t before = ls_alloc_calls();
    ls_reduce(peers, &tree, pieces, len, tails, 4);
    ls_reduce(peers, &tree, pieces, 1000, tails, 4);
    assert_all_ranks(ls_alloc_calls() == before);
    ls_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reduce_gives_the_bits_of_the_serial_tree),
        cmocka_unit_test(either_way_of_reducing_gives_the_same_bits),
        cmocka_unit_test(reduce_allocates_nothing_the_second_time),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
