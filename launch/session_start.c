#include "launch/session.h"
#include "src/step/lsuv.h"
#include "src/step/watch.h"

struct ls_trainer_spec ls_session_trainer(struct ls_session *s)
{
    const struct ls_job *const job = &s->job;
    return (struct ls_trainer_spec){.model = &s->model,
                                    .loss = &s->loss,
                                    .optimizer = &job->optimizer,
                                    .schedule = &job->schedule,
                                    .clip = job->clip,
                                    .penalty = job->penalty,
                                    .noise = job->noise,
                                    .seed = job->seed};
}

ls_status ls_session_initialise(struct ls_session *s, struct ls_trainer *trainer)
{
    struct ls_loader *loader = NULL;
    struct ls_watch *const before = trainer->ws->watch;
    struct ls_watch watch = {0};
    const struct ls_loader_spec spec = ls_session_train_loader(s);
    if (!ls_lsuv_is_wanted(&s->model))
        return LS_OK;
    LS_TRY(ls_watch_init(&watch, trainer, s->arena));
    ls_status status = ls_agree(s->peers, ls_loader_create(&loader, &spec, 0));
    LS_TRY_OUT(status);
    LS_TRY_OUT(ls_lsuv(trainer, ls_loader_next(loader)));
out:
    trainer->ws->watch = before;
    ls_loader_free(loader);
    return status;
}
