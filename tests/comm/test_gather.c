#include "tests/comm/peers.h"

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

static void gather_keeps_rank_order_with_unequal_bytes(void **state)
{
    const size_t units[] = {0, 1, 3, 1000, 100003};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        assert_all_ranks(gathers(*state, units[i]));
}

static void gather_beyond_what_a_message_holds_is_cut(void **state)
{
    const struct ls_peers *peers = *state;
    struct ls_comm *comm = peers->context;
    const size_t before = comm->max_message;
    comm->max_message = 100;
    const bool good = gathers(peers, 33) && gathers(peers, 100) && gathers(peers, 257);
    comm->max_message = before;
    assert_all_ranks(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gather_keeps_rank_order_with_unequal_bytes),
        cmocka_unit_test(gather_beyond_what_a_message_holds_is_cut),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
