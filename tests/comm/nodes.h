/* Made-up nodes: ranks of one machine grouped as they might lie on several, for the tests of what
 * differs between nodes. */
#ifndef LOCKSTEP_TESTS_COMM_NODES_H
#define LOCKSTEP_TESTS_COMM_NODES_H

#include "tests/comm/peers.h"

enum grouping { TOGETHER, APART, HALVES, ROUND_ROBIN, UNEQUAL, MIXED, GROUPINGS };

static inline int node_of(enum grouping grouping, const struct ls_peers *peers)
{
    const int rank = peers->rank;
    const int node[GROUPINGS] = {
        [TOGETHER] = 0,           [APART] = rank,       [HALVES] = 2 * rank >= peers->size,
        [ROUND_ROBIN] = rank % 2, [UNEQUAL] = rank > 0, [MIXED] = rank % 3 == 1};
    return node[grouping];
}

/** Whether `test` is true on this rank with the ranks on nodes of all kinds, at last together.
 *  Collective: yes. */
static inline bool on_all_groupings(struct ls_peers *peers,
                                    bool (*test)(const struct ls_peers *peers))
{
    bool good = true;
    for (enum grouping g = GROUPINGS; g-- > 0;) {
        good = ls_comm_regroup(peers, node_of(g, peers)) == LS_OK && good;
        good = test(peers) && good;
    }
    return good;
}

#endif
