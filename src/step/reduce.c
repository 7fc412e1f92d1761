#include <string.h>

#include "src/step/pass.h"

void ls_pass_reduce(const struct ls_pass *pass, bool failed, bool stop)
{
    struct ls_workspace *const ws = pass->ws;
    const struct ls_tree *const tree = ws->tree;
    ws->tail_leaves[LS_TAIL_FAILED] = failed;
    ws->tail_leaves[LS_TAIL_STOP] = stop;
    for (int op = 0; op < tree->n_local; op++)
        ls_merge_sum(ws->tail_leaves + (size_t)tree->local[op].dst * LS_TAIL_LEN,
                     ws->tail_leaves + (size_t)tree->local[op].src * LS_TAIL_LEN, LS_TAIL_LEN);
    for (int p = 0; p < tree->n_pieces; p++)
        memcpy(ws->tails[p], ws->tail_leaves + (size_t)tree->piece_leaf[p] * LS_TAIL_LEN,
               LS_TAIL_LEN * sizeof(double));
    ls_reduce(ws->peers, tree, ws->pieces, ws->model->n_summed, ws->tails, LS_TAIL_LEN);
}
