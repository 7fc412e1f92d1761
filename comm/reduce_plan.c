#include "comm/reduce_plan.h"

enum { ACROSS = -1 };

/* While planning, for the pieces of all ranks. */
struct draft {
    const struct ls_tree *tree;
    const struct ls_comm *comm;
    int *home;   /* (n_all_pieces) the node of all that piece i holds so far, or ACROSS */
    int *op_of;  /* (n_global) the node that makes this addition, or ACROSS */
    int *last;   /* (n_all_pieces) the last addition on a node into piece i, or -1 */
    bool *taken; /* (n_all_pieces) added into another piece on its node */
    int *number; /* (n_all_pieces) of the piece on this node; later, of the kept value */
    int *at;     /* (n_all_pieces) the value that has what piece i holds so far */
};

static ls_status allocate(struct draft *draft, struct ls_reduce_plan *plan, struct ls_arena *arena)
{
    const size_t n = (size_t)draft->tree->n_all_pieces, ops = (size_t)draft->tree->n_global;
    draft->home = ls_arena_get(arena, n, sizeof(int));
    draft->op_of = ls_arena_get(arena, ops, sizeof(int));
    draft->last = ls_arena_get(arena, n, sizeof(int));
    draft->taken = ls_arena_get(arena, n, sizeof(bool));
    draft->number = ls_arena_get(arena, n, sizeof(int));
    draft->at = ls_arena_get(arena, n, sizeof(int));
    plan->rank_first = ls_arena_get(arena, (size_t)draft->comm->place.node_size + 1, sizeof(int));
    plan->steps = ls_arena_get(arena, ops, sizeof *plan->steps);
    plan->kept_first = ls_arena_get(arena, (size_t)draft->comm->place.nodes + 1, sizeof(int));
    plan->kept = ls_arena_get(arena, n, sizeof(int));
    plan->lead = ls_arena_get(arena, ops, sizeof *plan->lead);
    return draft->home && draft->op_of && draft->last && draft->taken && draft->number &&
                   draft->at && plan->rank_first && plan->steps && plan->kept_first && plan->kept &&
                   plan->lead
               ? LS_OK
               : LS_OTHER;
}

/* Which additions stay on a node. They come in the order of the tree, children first, so that what
 * a piece holds when its turn comes is a whole subtree. */
static void divide(struct draft *draft)
{
    const struct ls_tree *const tree = draft->tree;
    for (int r = 0; r < tree->size; r++)
        for (int i = tree->rank_piece_first[r]; i < tree->rank_piece_first[r + 1]; i++) {
            draft->home[i] = draft->comm->node_of[r];
            draft->last[i] = -1;
        }
    for (int k = 0; k < tree->n_global; k++) {
        const struct ls_tree_op op = tree->global[k];
        const int node = draft->home[op.dst] == draft->home[op.src] ? draft->home[op.dst] : ACROSS;
        draft->op_of[k] = draft->home[op.dst] = node;
        if (node == ACROSS)
            continue;
        draft->last[op.dst] = k;
        draft->taken[op.src] = true;
    }
}

/* This node's additions. Values on their way lie in scratch, which is free again once it has been
 * added to something; the last addition into a kept value lands in the piece, or in the sum. */
static void plan_node(struct draft *draft, struct ls_reduce_plan *plan, int *unused)
{
    const struct ls_tree *const tree = draft->tree;
    const struct ls_comm *const comm = draft->comm;
    for (int i = 0, n = 0; i < comm->size; i++) {
        if (comm->node_of[i] != comm->my_node)
            continue;
        plan->rank_first[n++] = plan->n_pieces;
        for (int p = tree->rank_piece_first[i]; p < tree->rank_piece_first[i + 1]; p++)
            draft->number[p] = draft->at[p] = plan->n_pieces++;
        plan->rank_first[n] = plan->n_pieces;
    }
    int n_unused = 0;
    for (int k = 0; k < tree->n_global; k++) {
        const struct ls_tree_op op = tree->global[k];
        if (draft->op_of[k] != comm->my_node)
            continue;
        struct ls_reduce_step *const step = &plan->steps[plan->n_steps++];
        *step = (struct ls_reduce_step){.a = draft->at[op.dst], .b = draft->at[op.src]};
        if (step->a >= plan->n_pieces)
            unused[n_unused++] = step->a;
        if (step->b >= plan->n_pieces)
            unused[n_unused++] = step->b;
        if (!draft->taken[op.dst] && draft->last[op.dst] == k)
            step->out = draft->number[op.dst];
        else if (n_unused > 0)
            step->out = unused[--n_unused];
        else
            step->out = plan->n_pieces + plan->n_scratch++;
        draft->at[op.dst] = step->out;
    }
    if (comm->place.nodes == 1 && plan->n_steps > 0) /* the root; no other step writes a piece */
        plan->steps[plan->n_steps - 1].out = plan->n_pieces + plan->n_scratch;
}

/* Numbers what the nodes keep, node by node, and lists the leaders' additions. */
static void plan_leads(struct draft *draft, struct ls_reduce_plan *plan)
{
    const struct ls_tree *const tree = draft->tree;
    const struct ls_comm *const comm = draft->comm;
    int n = 0, n_mine = 0;
    for (int i = 0; i < comm->size; i++) {
        const int r = comm->by_node[i], node = comm->node_of[r];
        for (int p = tree->rank_piece_first[r]; p < tree->rank_piece_first[r + 1]; p++) {
            if (draft->taken[p])
                continue;
            if (node == comm->my_node)
                plan->kept[n_mine++] = draft->number[p];
            draft->number[p] = n++;
        }
        plan->kept_first[node + 1] = n;
    }
    for (int k = 0; k < tree->n_global; k++)
        if (draft->op_of[k] == ACROSS)
            plan->lead[plan->n_lead++] = (struct ls_tree_op){draft->number[tree->global[k].dst],
                                                             draft->number[tree->global[k].src]};
}

ls_status ls_reduce_plan(struct ls_reduce_plan *plan, const struct ls_comm *comm,
                         const struct ls_tree *tree, struct ls_arena *arena)
{
    *plan = (struct ls_reduce_plan){0};
    struct draft draft = {.tree = tree, .comm = comm};
    LS_TRY(allocate(&draft, plan, arena));
    int *const unused = ls_arena_get(arena, (size_t)tree->n_global, sizeof(int));
    if (!unused)
        return LS_OTHER;
    divide(&draft);
    plan_node(&draft, plan, unused);
    plan_leads(&draft, plan);
    return LS_OK;
}
