#include "launch/training.h"

#include <math.h>
#include <string.h>

#include "launch/job_change.h"
#include "launch/job_file.h"
#include "launch/replay.h"
#include "launch/signals.h"
#include "launch/state.h"
#include "launch/yaml.h"

/* What chooses best.h5: `checkpoint.best`, else the first metric, else the loss. A metric that is
 * not among the job's is measured too. */
static ls_status choose_best(struct ls_training *t, enum ls_metric_kind kind)
{
    const struct ls_job *const job = &t->session->job;
    const char *const name = job->checkpoint.best;
    t->best_by = t->metrics[0];
    if (!name || name[0] == '\0')
        return LS_OK;
    t->best_by = NULL;
    if (strcmp(name, "loss") == 0)
        return LS_OK;
    const struct ls_node *const node = ls_node_get(job->checkpoint_node, "best");
    LS_TRY(ls_metric_choose(name, kind, node, &t->best_by));
    for (size_t i = 0; i < t->n_metrics; i++)
        if (t->metrics[i] == t->best_by)
            return LS_OK;
    if (t->n_metrics == LS_MAX_METRICS)
        return ls_node_fail(node, "checkpoint.best is one metric more than the %d of metrics",
                            LS_MAX_METRICS);
    t->metrics[t->n_metrics++] = t->best_by;
    return LS_OK;
}

static ls_status choose_metrics(struct ls_training *t)
{
    const struct ls_names names = t->session->job.metrics;
    const enum ls_metric_kind kind = ls_metric_kind(&t->session->loss);
    const struct ls_node *const node = ls_node_get(t->session->root, "metrics");
    if (names.len > LS_MAX_METRICS)
        return ls_node_fail(node, "metrics: at most %d", LS_MAX_METRICS);
    for (size_t i = 0; i < names.len; i++)
        LS_TRY(ls_metric_choose(names.value[i], kind, node, &t->metrics[t->n_metrics++]));
    return choose_best(t, kind);
}

/* What chooses best.h5 in a job. */
static const char *best_of(const struct ls_node *job)
{
    const struct ls_node *const best = ls_node_get(ls_node_get(job, "checkpoint"), "best");
    const struct ls_node *metric = ls_node_get(job, "metrics");
    if (best && best->text[0] != '\0')
        return best->text;
    if (metric && metric->kind == LS_NODE_LIST)
        metric = metric->child;
    return metric && metric->text[0] != '\0' ? metric->text : "loss";
}

/* Counts are always there, for the tables at the end. */
static unsigned wants(const struct ls_training *t)
{
    unsigned all = LS_WANT_COUNTS;
    for (size_t i = 0; i < t->n_metrics; i++)
        all |= t->metrics[i]->wants;
    return all;
}

ls_status ls_training_take(struct ls_training *t, const struct ls_checkpoint *checkpoint)
{
    LS_TRY(ls_state_restore_model(checkpoint, &t->session->model));
    LS_TRY(ls_state_restore_slots(checkpoint, &t->trainer));
    t->trainer.skipped = checkpoint->skipped;
    t->trainer.lr_factor = checkpoint->lr_factor;
    t->trainer.reach.w = (double)INFINITY;
    t->rollbacks = checkpoint->rollbacks;
    t->step = checkpoint->step;
    return LS_OK;
}

static ls_status restore(struct ls_training *t, const struct ls_checkpoint *checkpoint)
{
    struct ls_session *const s = t->session;
    const struct ls_job *const job = &s->job;
    if (checkpoint->seed != job->seed)
        return ls_fail(LS_USAGE,
                       "the run was begun with seed: %llu, the job says %zu: change it "
                       "back, or start a new run",
                       (unsigned long long)checkpoint->seed, job->seed);
    const uint64_t per_epoch = s->plan.steps_per_epoch;
    if (checkpoint->epoch != checkpoint->step / per_epoch ||
        checkpoint->sample != checkpoint->step % per_epoch * job->batch)
        return ls_fail(
            LS_USAGE,
            "its place in the data (epoch %llu, sample %llu) is none with batch: %zu and "
            "%llu samples: change the batch or the data back, or start a new run",
            (unsigned long long)checkpoint->epoch, (unsigned long long)checkpoint->sample,
            job->batch, (unsigned long long)s->train_set.len);
    LS_TRY(ls_state_restore_model(checkpoint, &s->model));
    struct ls_node *begun = NULL;
    LS_TRY(ls_job_file_parse(checkpoint->job, "its job", s->arena, &begun));
    LS_TRY(ls_job_change(begun, s->root, per_epoch, &t->changed, s->arena));
    LS_TRY(ls_training_take(t, checkpoint));
    if (strcmp(best_of(begun), best_of(s->root)) == 0)
        t->best = checkpoint->best_metric, t->best_step = checkpoint->best_step;
    return LS_OK;
}

/* Before a step: the pool that it draws from. Returns the first step that needs another. */
static uint64_t prepare_pool(struct ls_training *t)
{
    struct ls_replay *const replay = t->session->replay;
    if (!replay)
        return UINT64_MAX;
    if (ls_replay_is_due(replay, t->step))
        ls_replay_fill(replay);
    return ls_replay_limit(replay, t->step);
}

ls_status ls_training_load(struct ls_training *t)
{
    struct ls_loader_spec spec = ls_session_train_loader(t->session);
    spec.limit = prepare_pool(t);
    t->loaded_from = t->step;
    return ls_loader_create(&t->loader, &spec, t->step);
}

static ls_status plan(struct ls_training *t, const struct ls_checkpoint *checkpoint)
{
    struct ls_session *const s = t->session;
    const struct ls_job *const job = &s->job;
    LS_TRY(choose_metrics(t));
    LS_TRY(ls_training_plan_thaw(t));
    LS_TRY(ls_workspace_init(&t->ws, &s->model, &s->tree, s->peers, s->room, (int)job->threads,
                             true, s->arena));
    ls_workspace_expect(&t->ws, &s->plan, true);
    struct ls_trainer_spec spec = ls_session_trainer(s);
    spec.recall = s->replay ? &s->replay->recall : NULL;
    LS_TRY(ls_trainer_init(&t->trainer, &spec, &t->ws, s->arena));
    if (job->watch_every > 0)
        LS_TRY(ls_watch_init(&t->watch, &t->trainer, s->arena));
    LS_TRY(ls_history_init(&t->history, (size_t)s->model.n_layers, s->arena));
    if (checkpoint) {
        LS_TRY(ls_agree(s->peers, restore(t, checkpoint)));
        LS_TRY(ls_replay_restore(s, checkpoint));
    } else {
        LS_TRY(ls_session_initialise(s, &t->trainer));
    }
    t->first_step = t->step;
    ls_training_freeze(t);
    if (s->valid) {
        ls_workspace_expect(&t->ws, &s->valid_plan, false);
        LS_TRY(
            ls_evaluator_init(&t->evaluator, &t->ws, &s->loss, &s->valid_plan, wants(t), s->arena));
        const struct ls_loader_spec valid = ls_session_valid_loader(s);
        LS_TRY(ls_loader_create(&t->valid_loader, &valid, 0));
    }
    LS_TRY(ls_training_load(t));
    return ls_training_plan_saves(t);
}

ls_status ls_training_init(struct ls_training *t, struct ls_session *session,
                           const struct ls_checkpoint *checkpoint)
{
    *t = (struct ls_training){.session = session,
                              .run = t->run,
                              .changed = "",
                              .here = session->peers->rank == 0,
                              .best = NAN,
                              .last_metric = NAN};
    return ls_agree(session->peers, plan(t, checkpoint));
}

/* What is due once `step` steps are done: evaluation and a checkpoint. */
static ls_status end_of_step(struct ls_training *t, bool stopping)
{
    const struct ls_session *const s = t->session;
    const uint64_t per_epoch = s->plan.steps_per_epoch;
    const size_t every = s->job.checkpoint.every_steps;
    const bool last = t->step == s->steps, epoch_ends = t->step % per_epoch == 0;
    bool is_best = false;
    if (s->valid && (last || epoch_ends))
        LS_TRY(ls_training_evaluate(t, (t->step + per_epoch - 1) / per_epoch, &is_best));
    const bool due = every > 0 ? t->step % every == 0 : epoch_ends;
    return last || due || is_best || stopping ? ls_training_save(t, is_best, last || stopping)
                                              : LS_OK;
}

/* One step, or what becomes of it. */
static ls_status step(struct ls_training *t, struct ls_record *record, bool *went_back)
{
    const struct ls_batch *const batch = ls_loader_next(t->loader);
    if (t->here)
        ls_history_weigh(&t->history, &t->session->model, t->step + 1);
    t->watch.on = ls_training_watches(t);
    ls_training_thaw(t);
    const ls_status status = ls_trainer_step(&t->trainer, batch, ls_signals_stop(), record);
    if (status != LS_OK)
        return ls_training_refused(t, batch, record, status, went_back);
    ls_history_add(&t->history, record, t->trainer.layer_norm);
    t->step++;
    ls_training_watch(t);
    ls_training_record(t, record);
    return LS_OK;
}

static ls_status loop(struct ls_training *t)
{
    const struct ls_session *const s = t->session;
    t->start_s = t->record_s = ls_seconds();
    if (s->job.on_failure.policy == LS_POLICY_ROLLBACK && t->step == 0)
        LS_TRY(ls_training_save(t, false, true)); /* to go back to */
    while (t->step < s->steps) {
        struct ls_record record = {0};
        bool went_back = false;
        if (t->step > t->loaded_from)
            ls_loader_limit(t->loader, prepare_pool(t));
        LS_TRY(step(t, &record, &went_back));
        if (went_back)
            continue;
        ls_training_saved(t);
        const bool stopping = record.stop && t->step < s->steps;
        LS_TRY(end_of_step(t, stopping));
        if (stopping)
            return ls_fail(LS_STOPPED,
                           "stopped by a signal after step %llu of %llu, checkpoint written: "
                           "start again with --resume to go on",
                           (unsigned long long)t->step, (unsigned long long)s->steps);
    }
    return LS_OK;
}

static ls_status open_run(struct ls_training *t)
{
    struct ls_session *const s = t->session;
    const char *text = NULL;
    LS_TRY(ls_yaml_emit(s->root, s->arena, &text));
    if (!t->here)
        return LS_OK;
    LS_TRY(ls_run_dir_open(&t->run, text, t->step, s->arena));
    if (t->step > 0) {
        bool lost = false;
        LS_TRY(ls_run_dir_mend(&t->run, t->step, t->best_step, &lost));
        if (lost)
            t->best = NAN, t->best_step = 0;
    }
    LS_TRY(ls_saver_start(&t->saver, &t->run, s->job.checkpoint.keep));
    ls_run_dir_log(&t->run, "%s at step %llu of %llu, %d rank%s x %zu thread%s, %zu shards",
                   t->step ? "goes on" : "starts", (unsigned long long)t->step,
                   (unsigned long long)s->steps, s->peers->size, s->peers->size == 1 ? "" : "s",
                   s->job.threads, s->job.threads == 1 ? "" : "s", s->shards);
    ls_training_log_loaded(t);
    return LS_OK;
}

/* Of a run that has failed: what is being written is brought to its end. */
static ls_status finish_saving(struct ls_training *t, ls_status status)
{
    char message[LS_MESSAGE_LEN];
    (void)snprintf(message, sizeof message, "%s", ls_message());
    ls_training_finish_saving(t);
    return ls_fail(status, "%s", message);
}

ls_status ls_training_run(struct ls_training *t)
{
    ls_signals_init();
    LS_TRY(ls_agree(t->session->peers, open_run(t)));
    ls_broadcast(t->session->peers, &t->best, sizeof t->best);
    ls_progress_init(&t->progress, stderr);
    const ls_status status = loop(t);
    if (!t->here)
        return status;
    ls_progress_finish(&t->progress);
    if (status != LS_OK && status != LS_STOPPED)
        (void)finish_saving(t, status);
    if (status == LS_OK)
        ls_run_dir_log(&t->run, "done: %llu steps in %.1f s", (unsigned long long)t->step,
                       ls_seconds() - t->start_s);
    else if (ls_message()[0])
        ls_run_dir_log(&t->run, "%s", ls_message());
    return status;
}

void ls_training_release(struct ls_training *t)
{
    ls_loader_free(t->loader);
    ls_loader_free(t->valid_loader);
    ls_progress_release(&t->progress);
    ls_saver_stop(&t->saver);
    (void)ls_run_dir_close(&t->run);
    *t = (struct ls_training){0};
}
