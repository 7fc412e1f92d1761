#include <string.h>

#include "src/step/pass.h"

const double *ls_pass_reduce(const struct ls_pass *pass, bool failed, bool stop)
{
    struct ls_workspace *const ws = pass->ws;
    ws->tail_leaves[LS_TAIL_FAILED] = failed;
    ws->tail_leaves[LS_TAIL_STOP] = stop;
    for (int shard = 0; shard < ws->shards; shard++)
        memcpy(ls_fold_leaf(&ws->fold, shard, LS_TAIL_LEN),
               ws->tail_leaves + (size_t)shard * LS_TAIL_LEN, LS_TAIL_LEN * sizeof(double));
    ls_reducer_finish(&ws->reducer);
    return ls_fold(&ws->fold, ls_merge_sum, LS_TAIL_LEN);
}
