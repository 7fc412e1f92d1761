#include "tests/comm/peers.h"

static bool broadcasts(const struct ls_peers *peers, size_t bytes)
{
    unsigned char *data = ls_alloc(bytes + 1, 1);
    for (size_t i = 0; i < bytes; i++)
        data[i] = peers->rank == 0 ? (unsigned char)(11 * i + 5) : 0;
    data[bytes] = 0xab;
    ls_broadcast(peers, data, bytes);
    bool good = data[bytes] == 0xab;
    for (size_t i = 0; i < bytes; i++)
        good = good && data[i] == (unsigned char)(11 * i + 5);
    ls_free(data);
    return good;
}

static void broadcast_gives_all_ranks_the_bytes_of_rank_0(void **state)
{
    const size_t bytes[] = {0, 1, 1000, 100003};
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        assert_all_ranks(broadcasts(*state, bytes[i]));
}

static void broadcast_beyond_what_a_message_holds_is_cut(void **state)
{
    const struct ls_peers *peers = *state;
    struct ls_comm *comm = peers->context;
    const size_t before = comm->max_message;
    comm->max_message = 100;
    const bool good = broadcasts(peers, 99) && broadcasts(peers, 100) && broadcasts(peers, 1001);
    comm->max_message = before;
    assert_all_ranks(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broadcast_gives_all_ranks_the_bytes_of_rank_0),
        cmocka_unit_test(broadcast_beyond_what_a_message_holds_is_cut),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
