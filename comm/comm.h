/* The other ranks over MPI: what src/peers.h declares, for `launch` to hand to everything else.
 * One member of `struct ls_peers_ops` is one file here. MPI's own failures (a lost rank, a bug) end
 * the whole job with one line on stderr: a step has no way to go on without its peers. */
#ifndef LOCKSTEP_COMM_COMM_H
#define LOCKSTEP_COMM_COMM_H

#include "src/peers.h"

/* Where this rank runs. */
struct ls_comm_place {
    int node_rank, node_size; /* among the ranks of the same machine */
    int nodes;                /* machines of the whole run */
};

/** Starts MPI, with threads that leave all MPI calls to the main one, and fills `peers`.
 *  argc, argv  main's, or NULL
 *  Errors: LS_OTHER: MPI without thread support, memory, ranks of a machine that cannot share any.
 * Owner: release with ls_comm_finalize. Collective: yes.  Cost: O(log size) messages. */
ls_status ls_comm_init(struct ls_peers *peers, int *argc, char ***argv);

/** Frees the buffers and ends MPI; `peers` is zero after. Takes zeroed peers.  Collective: yes. */
void ls_comm_finalize(struct ls_peers *peers);

/** Where this rank runs, found out by ls_comm_init.  Collective: no. */
struct ls_comm_place ls_comm_place(const struct ls_peers *peers);

/** This machine's name.  Owner: peers.  Collective: no. */
const char *ls_comm_host(const struct ls_peers *peers);

#endif
