#include <string.h>

#include "launch/training.h"

static uint64_t thaw_step(const struct ls_training *t)
{
    const struct ls_session *const s = t->session;
    return s->job.init.unfreeze_at_epoch * s->plan.steps_per_epoch;
}

ls_status ls_training_plan_thaw(struct ls_training *t)
{
    const struct ls_session *const s = t->session;
    if (s->job.init.unfreeze_at_epoch == 0)
        return LS_OK;
    t->thaws = ls_arena_get(s->arena, (size_t)s->model.n_layers, sizeof *t->thaws);
    if (!t->thaws)
        return LS_OTHER;
    for (int l = 0; l < s->model.n_layers; l++) {
        struct ls_layer *const layer = &s->model.layers[l];
        t->thaws[l] = layer->frozen;
        layer->since = layer->frozen ? thaw_step(t) : 0;
        layer->frozen = false;
    }
    return LS_OK;
}

void ls_training_freeze(struct ls_training *t)
{
    const struct ls_model *const model = &t->session->model;
    if (!t->thaws)
        return;
    t->is_frozen = t->step < thaw_step(t);
    for (int l = 0; l < model->n_layers; l++)
        model->layers[l].frozen = t->thaws[l] && t->is_frozen;
    ls_trainer_list(&t->trainer);
}

void ls_training_thaw(struct ls_training *t)
{
    const struct ls_session *const s = t->session;
    if (!t->thaws || t->is_frozen == (t->step < thaw_step(t)))
        return;
    ls_training_freeze(t);
    if (!t->here)
        return;
    for (int l = 0; l < s->model.n_layers; l++)
        if (t->thaws[l])
            ls_run_dir_log(&t->run, "step %llu: %s is %s from here on",
                           (unsigned long long)t->step + 1, s->model.layers[l].name,
                           t->is_frozen ? "frozen" : "trained");
}

void ls_training_log_loaded(struct ls_training *t)
{
    const char *const text = t->session->loaded;
    for (const char *line = text; line && *line; line += strcspn(line, "\n") + 1)
        ls_run_dir_log(&t->run, "init: %.*s", (int)strcspn(line, "\n"), line);
}
