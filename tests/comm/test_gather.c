#include "tests/comm/nodes.h"

#include <string.h>

/* rank r gives r * unit bytes, so rank 0 none */
static bool gathers(const struct ls_peers *peers, size_t unit)
{
    struct ls_arena arena;
    ls_arena_init(&arena);
    const size_t size = (size_t)peers->size;
    size_t *bytes = ls_arena_get(&arena, size, sizeof *bytes);
    size_t total = 0;
    for (size_t r = 0; r < size; r++)
        total += bytes[r] = r * unit;
    const size_t rank = (size_t)peers->rank;
    unsigned char *mine = ls_arena_get(&arena, bytes[rank], 1);
    unsigned char *all = ls_arena_get(&arena, total + 1, 1);
    for (size_t i = 0; i < bytes[rank]; i++)
        mine[i] = (unsigned char)(31 * rank + 7 * i + 1);
    all[total] = 0xab;
    ls_gather(peers, mine, all, bytes);

    bool good = all[total] == 0xab;
    size_t at = 0;
    for (size_t r = 0; r < size; r++)
        for (size_t i = 0; i < bytes[r]; i++)
            good = good && all[at++] == (unsigned char)(31 * r + 7 * i + 1);
    ls_arena_release(&arena);
    return good;
}

static bool gathers_all_lengths(const struct ls_peers *peers)
{
    const size_t units[] = {0, 1, 3, 1000, 100003};
    bool good = true;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        good = gathers(peers, units[i]) && good;
    return good;
}

static void gather_keeps_rank_order_with_unequal_bytes_on_any_nodes(void **state)
{
    assert_all_ranks(on_all_groupings(*state, gathers_all_lengths));
}

static bool gathers_in_parts(const struct ls_peers *peers)
{
    struct ls_comm *comm = peers->context;
    const size_t before = comm->max_message;
    comm->max_message = 100;
    const bool good = gathers(peers, 33) && gathers(peers, 100) && gathers(peers, 257);
    comm->max_message = before;
    return good;
}

static void gather_beyond_what_a_message_holds_is_cut(void **state)
{
    assert_all_ranks(on_all_groupings(*state, gathers_in_parts));
}

/* Short gathers in a row, of which a hasty rank begins the next while others read the last; now and
 * then one that is too long for the node's memory. */
static bool gathers_in_a_row(const struct ls_peers *peers)
{
    enum { ROUNDS = 2000, MAX_RANKS = 64 };
    uint32_t all[MAX_RANKS];
    size_t bytes[MAX_RANKS];
    bool good = true;
    for (int r = 0; r < peers->size; r++)
        bytes[r] = sizeof *all;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        const uint32_t mine = round * 101 + (uint32_t)peers->rank;
        ls_gather(peers, &mine, all, bytes);
        for (uint32_t r = 0; r < (uint32_t)peers->size; r++)
            good = all[r] == round * 101 + r && good;
        if (round % 500 == 499)
            good = gathers(peers, 200000) && good;
    }
    return good;
}

static void gathers_in_a_row_do_not_overwrite_each_other(void **state)
{
    assert_all_ranks(on_all_groupings(*state, gathers_in_a_row));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gather_keeps_rank_order_with_unequal_bytes_on_any_nodes),
        cmocka_unit_test(gather_beyond_what_a_message_holds_is_cut),
        cmocka_unit_test(gathers_in_a_row_do_not_overwrite_each_other),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
