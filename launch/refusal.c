/* What becomes of a step that was refused: the run stops and tells why, passes over the batch, or
 * goes back to its last checkpoint. */
#include "launch/refusal.h"

#include <math.h>
#include <string.h>

#include "launch/replay.h"

/* Why the batch was refused, of the lowest rank that refuses its part, as its message is. */
static ls_status agree_on_kind(struct ls_refusal *r)
{
    const struct ls_peers *const peers = r->t->session->peers;
    const int mine[2] = {r->batch->status != LS_OK, (int)r->batch->refused};
    const size_t size = (size_t)peers->size;
    int(*const all)[2] = ls_arena_get(&r->arena, size, sizeof *all);
    size_t *const bytes = ls_arena_get(&r->arena, size, sizeof *bytes);
    LS_TRY(ls_agree(peers, all && bytes ? LS_OK : LS_OTHER));
    for (size_t i = 0; i < size; i++)
        bytes[i] = sizeof mine;
    ls_gather(peers, mine, all, bytes);
    for (size_t i = size; i-- > 0;)
        if (all[i][0])
            r->kind = (enum ls_refused)all[i][1];
    return LS_OK;
}

static ls_status examine(struct ls_refusal *r)
{
    struct ls_training *const t = r->t;
    const struct ls_examination_spec spec = {.session = t->session,
                                             .trainer = &t->trainer,
                                             .batch = r->batch,
                                             .history = &t->history,
                                             .error = r->error};
    ls_history_add(&t->history, r->record, t->trainer.layer_norm);
    LS_TRY(ls_examination_run(&r->x, &spec, &r->arena));
    LS_TRY(ls_examination_look_back(&r->x, &r->arena));
    if (t->here)
        ls_examination_judge(&r->x);
    return LS_OK;
}

static bool may_skip(const struct ls_refusal *r)
{
    const struct ls_on_failure *const policy = &r->t->session->job.on_failure;
    return policy->policy == LS_POLICY_SKIP && r->t->trainer.skipped < policy->skips;
}

static bool may_go_back(const struct ls_refusal *r)
{
    const struct ls_on_failure *const policy = &r->t->session->job.on_failure;
    return policy->policy == LS_POLICY_ROLLBACK && r->status == LS_DIVERGED &&
           r->t->rollbacks < policy->rollbacks;
}

/* The state stays as it is; only the place in the data moves on. */
static void skip(const struct ls_refusal *r)
{
    struct ls_training *const t = r->t;
    t->step++;
    t->trainer.skipped++;
    if (t->here)
        ls_refusal_tell_skip(r);
}

static ls_status read_back(const struct ls_refusal *r, struct ls_arena *arena, uint64_t *from)
{
    struct ls_training *const t = r->t;
    struct ls_checkpoint checkpoint;
    const char *name = NULL;
    LS_TRY(ls_run_dir_newest(t->run.path, &checkpoint, &name, t->session->peers, arena));
    if (!name)
        return ls_fail(LS_DATA, "%s; there is no checkpoint to go back to", r->error);
    *from = t->step;
    LS_TRY(ls_agree(t->session->peers, ls_training_take(t, &checkpoint)));
    return ls_replay_restore(t->session, &checkpoint);
}

/* To the state of the last checkpoint; what was recorded since then is taken back. */
static ls_status go_back(const struct ls_refusal *r)
{
    struct ls_training *const t = r->t;
    const struct ls_peers *const peers = t->session->peers;
    const double factor = t->trainer.lr_factor * t->session->job.on_failure.factor;
    const uint64_t rollbacks = t->rollbacks + 1;
    uint64_t from = 0;
    if (t->here)
        ls_training_finish_saving(t);
    ls_loader_free(t->loader); /* before the pool that it draws from changes */
    t->loader = NULL;
    struct ls_arena arena;
    ls_arena_init(&arena);
    const ls_status status = read_back(r, &arena, &from);
    ls_arena_release(&arena);
    LS_TRY(ls_agree(peers, status));
    t->trainer.lr_factor = factor;
    t->rollbacks = rollbacks;
    t->first_step = t->step < t->first_step ? t->step : t->first_step;
    ls_history_clear(&t->history);
    LS_TRY(ls_agree(peers, ls_training_load(t)));
    LS_TRY(ls_agree(peers, t->here ? ls_run_dir_rewind(&t->run, t->step) : LS_OK));
    if (t->here)
        ls_refusal_tell_rollback(r, from);
    return LS_OK;
}

/* The status of the step, told as far as that is not left to whoever ends the program. */
static ls_status stop(const struct ls_refusal *r)
{
    if (r->t->here)
        ls_refusal_tell_stop(r);
    return ls_fail(r->status, "%s", r->examined ? "" : r->error);
}

ls_status ls_training_refused(struct ls_training *t, const struct ls_batch *batch,
                              const struct ls_record *record, ls_status status, bool *went_back)
{
    struct ls_refusal r = {.t = t, .batch = batch, .record = record, .status = status};
    *went_back = false;
    (void)snprintf(r.error, sizeof r.error, "%s", ls_message());
    ls_arena_init(&r.arena);
    if (status == LS_DATA)
        LS_TRY_OUT(agree_on_kind(&r));
    if (status != LS_DIVERGED && r.kind == LS_REFUSED_NOT) {
        status = ls_fail(r.status, "%s", r.error);
        goto out;
    }
    r.examined = status == LS_DIVERGED && examine(&r) == LS_OK;
    status = LS_OK;
    *went_back = may_go_back(&r);
    if (may_skip(&r))
        skip(&r);
    else if (*went_back)
        LS_TRY_OUT(go_back(&r));
    else
        LS_TRY_OUT(stop(&r));
out:
    ls_arena_release(&r.arena);
    return status;
}
