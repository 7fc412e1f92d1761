#include "tests/comm/nodes.h"

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

static bool is_grouped_by_number(const struct ls_peers *peers)
{
    int nodes = 0;
    const struct ls_comm *const comm = peers->context;
    const struct ls_comm_place place = ls_comm_place(peers);
    const int lead = place.node_rank == 0;
    MPI_Allreduce(&lead, &nodes, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    int n = 0, before = 0;
    for (int r = 0; r < peers->size; r++) {
        n += comm->node_of[r] == comm->my_node;
        before += comm->node_of[r] == comm->my_node && r < peers->rank;
    }
    return nodes == place.nodes && peers->node_size == n && peers->node_rank == before &&
           place.node_size == n && place.node_rank == before && comm->node_of[0] == 0;
}

static void regrouping_makes_nodes_of_the_ranks_that_give_the_same_number(void **state)
{
    assert_all_ranks(on_all_groupings(*state, is_grouped_by_number));
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
        cmocka_unit_test(regrouping_makes_nodes_of_the_ranks_that_give_the_same_number),
        cmocka_unit_test(host_has_a_name),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
