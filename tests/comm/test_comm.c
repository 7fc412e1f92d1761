#include "tests/comm/peers.h"

static void init_tells_rank_and_size(void **state)
{
    const struct ls_peers *peers = *state;
    int rank = -1, size = -1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    assert_all_ranks(peers->rank == rank && peers->size == size);
}

static void place_counts_the_ranks_of_each_machine(void **state)
{
    const struct ls_peers *peers = *state;
    const struct ls_comm_place place = ls_comm_place(peers);
    const int lead = place.node_rank == 0 ? place.node_size : 0;
    int ranks = 0;
    MPI_Allreduce(&lead, &ranks, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    assert_all_ranks(ranks == peers->size && place.node_rank < place.node_size &&
                     place.nodes >= 1 && place.nodes <= peers->size);
}

static void host_has_a_name(void **state)
{
    assert_all_ranks(ls_comm_host(*state)[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_tells_rank_and_size),
        cmocka_unit_test(place_counts_the_ranks_of_each_machine),
        cmocka_unit_test(host_has_a_name),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
