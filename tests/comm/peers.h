/* What the tests of comm share: MPI is up for the whole program, and an assertion looks at the
 * verdict of all ranks, so that no rank is left waiting for one that failed. */
#ifndef LOCKSTEP_TESTS_COMM_PEERS_H
#define LOCKSTEP_TESTS_COMM_PEERS_H

#include <mpi.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <mpi.h>

#include "comm/context.h"

/** True when `mine` is true on every rank.  Collective: yes. */
static inline bool all_ranks(bool mine)
{
    const int here = mine;
    int all = 0;
    MPI_Allreduce(&here, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    return all == 1;
}

#define assert_all_ranks(condition) assert_true(all_ranks(condition))

/* cmocka's group set-up and tear-down: *state is the struct ls_peers. */
static inline int peers_up(void **state)
{
    static struct ls_peers peers;
    *state = &peers;
    return ls_comm_init(&peers, NULL, NULL) == LS_OK ? 0 : -1;
}

static inline int peers_down(void **state)
{
    ls_comm_finalize(*state);
    return 0;
}

#endif
