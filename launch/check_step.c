#include "launch/check_step.h"

#include "launch/watch_table.h"

static ls_status plan(struct ls_check_step *step, struct ls_session *s)
{
    const struct ls_job *const job = &s->job;
    LS_TRY(ls_workspace_init(&step->ws, &s->model, &s->tree, s->peers, s->room, (int)job->threads,
                             true, s->arena));
    const struct ls_trainer_spec spec = ls_session_trainer(s);
    return ls_trainer_init(&step->trainer, &spec, &step->ws, s->arena);
}

ls_status ls_check_step_plan(struct ls_check_step *step, struct ls_session *s)
{
    *step = (struct ls_check_step){.failure = ""};
    return ls_agree(s->peers, plan(step, s));
}

ls_status ls_check_step_run(struct ls_check_step *step, struct ls_session *s)
{
    struct ls_loader *loader = NULL;
    const struct ls_loader_spec spec = ls_session_train_loader(s);
    LS_TRY(ls_session_initialise(s, &step->trainer));
    LS_TRY(ls_watch_init(&step->watch, &step->trainer, s->arena));
    ls_status status = ls_agree(s->peers, ls_loader_create(&loader, &spec, 0));
    LS_TRY_OUT(status);
    step->watch.on = true;
    status = ls_trainer_step(&step->trainer, ls_loader_next(loader), false, &step->record);
    if (status == LS_DIVERGED) {
        (void)snprintf(step->failure, sizeof step->failure, "%s", ls_message());
        status = LS_OK;
    }
out:
    ls_loader_free(loader);
    return status;
}

ls_status ls_check_step_print(const struct ls_check_step *step, struct ls_session *s)
{
    const size_t n = (size_t)s->model.n_layers;
    struct ls_watch_row *const rows = ls_arena_get(s->arena, n, sizeof *rows);
    if (!rows)
        return LS_OTHER;
    if (step->failure[0] != '\0')
        return LS_OK;
    for (size_t l = 0; l < n; l++)
        rows[l] = (struct ls_watch_row){s->model.layers[l].name, step->watch.layers[l]};
    (void)printf("\n  the first step: %zu samples, loss %.4g, norm of the gradient %.4g\n",
                 step->record.samples, step->record.loss, step->record.grad_norm);
    ls_watch_table(stdout, rows, n);
    return LS_OK;
}
