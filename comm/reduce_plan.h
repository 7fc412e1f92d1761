/* Who adds what, when the pieces of the fixed tree (src/tree/tree.h) lie on nodes: everything that
 * needs pieces of one node only is added there; what is left are the node's kept values, and the
 * leaders add those up to the root. Right for any spread of the ranks over the nodes: with fewer
 * ranks of a run of shards on a node there are only more kept values. */
#ifndef LOCKSTEP_COMM_REDUCE_PLAN_H
#define LOCKSTEP_COMM_REDUCE_PLAN_H

#include "comm/context.h"

/* value[out] = value[a] + value[b]. The values of a node are its ranks' pieces, in rank order, then
 * scratch, then the sum. */
struct ls_reduce_step {
    int out, a, b;
};

struct ls_reduce_plan {
    int *rank_first; /* (node_size + 1) first piece of each rank of the node */
    int n_pieces;    /* on this node */
    int n_scratch;
    struct ls_reduce_step *steps; /* on this node */
    int n_steps;

    int *kept_first;         /* (nodes + 1) first kept value of each node, among all kept values */
    int *kept;               /* this node's: which of its pieces they replace */
    struct ls_tree_op *lead; /* over the kept values of all nodes; the root is number 0 */
    int n_lead;
};

/** Plans the additions of this rank's node, and of its leader.
 *  Errors: memory.  Owner: arena.  Collective: no. */
ls_status ls_reduce_plan(struct ls_reduce_plan *plan, const struct ls_comm *comm,
                         const struct ls_tree *tree, struct ls_arena *arena);

#endif
