#include "src/step/pass.h"

struct ls_run ls_run_all(const struct ls_pass *pass, int shard, int thread)
{
    return (struct ls_run){shard, thread, 0, pass->ws->n[shard]};
}

struct ls_call ls_pass_call(const struct ls_pass *pass, int l, const struct ls_run *run)
{
    const struct ls_workspace *const ws = pass->ws;
    const struct ls_layer *const layer = &ws->model->layers[l];
    const int shard = run->shard;
    unsigned char *const saved = ls_workspace_buffer(ws, ws->placement.saved[l], shard);
    struct ls_call call = {.n = run->n,
                           .row = pass->batch->row[shard] + run->first,
                           .batch = pass->batch->global_n,
                           .seed = pass->seed,
                           .step = pass->batch->step,
                           .training = pass->training,
                           .y =
                               ls_workspace_y(ws, l, shard) + run->first * ls_shape_len(layer->out),
                           .saved = saved ? saved + run->first * layer->saved_bytes : NULL,
                           .scratch = ws->scratch + (size_t)run->thread * ws->scratch_len};
    for (int i = 0; i < layer->n_in; i++) {
        const int from = ws->model->wiring[l].from[i];
        const size_t len = ls_shape_len(layer->in[i]);
        const real *const x = from == LS_MODEL_INPUT
                                  ? pass->batch->x + (size_t)shard * ws->max_n * len
                                  : ls_workspace_y(ws, from, shard);
        call.x[i] = x + run->first * len;
    }
    return call;
}

void ls_pass_group(const struct ls_pass *pass, const struct ls_group *group, int shard, int thread,
                   ls_run_work *work)
{
    struct ls_run run = ls_run_all(pass, shard, thread);
    if (group->run == 0 || run.n == 0) {
        work(pass, group, &run);
        return;
    }
    for (size_t left = run.n; left > 0; left -= run.n, run.first += run.n) {
        run.n = left < group->run ? left : group->run;
        work(pass, group, &run);
    }
}

double *ls_pass_leaf(const struct ls_pass *pass, const struct ls_run *run, size_t len)
{
    const struct ls_workspace *const ws = pass->ws;
    return run->first == 0 ? ls_fold_leaf(&ws->fold, run->shard, len)
                           : ws->leaves + (size_t)run->thread * ws->fold.max_len;
}

void ls_pass_leaf_done(const struct ls_pass *pass, const struct ls_run *run, ls_merge *merge,
                       size_t len)
{
    if (run->first > 0)
        merge(ls_fold_leaf(&pass->ws->fold, run->shard, len), ls_pass_leaf(pass, run, len), len);
}
