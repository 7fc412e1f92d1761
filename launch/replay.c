#include "launch/replay.h"

#include <string.h>

/* Losses that are gathered or read at a time, and classes. */
enum { PIECE = 16 * 1024, READ = 2048 };

/* The classes or groups of this rank's samples; of those that are not trained on, none is used. */
static ls_status read_groups(struct ls_session *s, struct ls_replay *replay)
{
    const struct ls_recall *const recall = &replay->recall;
    ls_source_read_whole *const read =
        s->train.has_groups ? ls_source_read_groups : ls_source_read_classes;
    int32_t *const groups =
        ls_arena_get(s->arena, (size_t)(recall->last - recall->first), sizeof *groups);
    if (!groups)
        return LS_OTHER;
    for (uint64_t at = recall->first; at < recall->last; at += READ) {
        uint64_t samples[READ];
        int64_t found[READ];
        const size_t n = recall->last - at < READ ? (size_t)(recall->last - at) : READ;
        for (size_t i = 0; i < n; i++)
            samples[i] = at + i;
        LS_TRY(read(&s->train, samples, n, found));
        for (size_t i = 0; i < n; i++)
            if (ls_subset_has(&s->train_set, samples[i]))
                groups[at + i - recall->first] = (int32_t)found[i];
    }
    replay->groups = groups;
    return LS_OK;
}

ls_status ls_session_replay(struct ls_session *s)
{
    if (!s->job.sampler.hard.on)
        return LS_OK;
    struct ls_replay *const replay = ls_arena_get(s->arena, 1, sizeof *replay);
    LS_TRY(ls_agree(s->peers, replay ? LS_OK : LS_OTHER));
    const struct ls_classes *const classes = s->plan.balance ? &s->balance.classes : NULL;
    const struct ls_replay_spec spec = {.peers = s->peers,
                                        .hard = s->job.sampler.hard,
                                        .len = s->train.len,
                                        .steps_per_epoch = s->plan.steps_per_epoch,
                                        .n_groups = classes ? classes->len : 1,
                                        .counts = classes ? classes->n : &s->train_set.len};
    LS_TRY(ls_replay_init(replay, &spec, s->arena));
    if (classes)
        LS_TRY(ls_agree(s->peers, read_groups(s, replay)));
    s->replay = replay;
    if (replay->hard.share > 0) /* else batches are as they are without */
        s->plan.replay = replay;
    return LS_OK;
}

/* This rank's part of a list of losses. */
static ls_status read_mine(const struct ls_recall *recall, const char *path, const char *name,
                           float *losses)
{
    for (uint64_t at = recall->first; at < recall->last; at += PIECE) {
        const size_t n = recall->last - at < PIECE ? (size_t)(recall->last - at) : PIECE;
        LS_TRY(ls_checkpoint_read_losses(path, name, at, n, losses + (at - recall->first)));
    }
    return LS_OK;
}

/* *pool: with which losses this rank's samples lie in the pool; NULL: nothing is drawn */
static ls_status read_losses(const struct ls_session *s, const struct ls_checkpoint *checkpoint,
                             float **pool, struct ls_arena *arena)
{
    struct ls_replay *const replay = s->replay;
    const struct ls_recall *const recall = &replay->recall;
    const char *const path = checkpoint->path;
    if (checkpoint->n_losses != recall->len)
        return ls_fail(LS_USAGE,
                       "it remembers the losses of %llu samples, but %s has %llu: change the data "
                       "back, or start a new run",
                       (unsigned long long)checkpoint->n_losses, s->train.path,
                       (unsigned long long)recall->len);
    LS_TRY(read_mine(recall, path, "/sampler/loss", recall->loss));
    if (!checkpoint->has_pool || replay->hard.share <= 0)
        return LS_OK;
    *pool = ls_arena_get(arena, (size_t)(recall->last - recall->first), sizeof **pool);
    return *pool ? read_mine(recall, path, "/sampler/pool", *pool) : LS_OTHER;
}

/* Samples that the job no longer trains on are forgotten. */
static void forget_others(const struct ls_session *s, float *losses)
{
    const struct ls_recall *const recall = &s->replay->recall;
    for (uint64_t i = recall->first; i < recall->last; i++)
        if (!ls_subset_has(&s->train_set, i))
            losses[i - recall->first] = NAN;
}

ls_status ls_replay_restore(struct ls_session *s, const struct ls_checkpoint *checkpoint)
{
    struct ls_replay *const replay = s->replay;
    if (!replay || checkpoint->n_losses == 0)
        return LS_OK;
    struct ls_arena arena;
    ls_arena_init(&arena);
    float *pool = NULL;
    const ls_status status = ls_agree(s->peers, read_losses(s, checkpoint, &pool, &arena));
    if (status == LS_OK)
        forget_others(s, replay->recall.loss);
    if (status == LS_OK && pool) {
        forget_others(s, pool);
        ls_pool_restore(&replay->pool, &replay->recall, pool, replay->groups);
    }
    ls_arena_release(&arena);
    return status;
}

ls_status ls_replay_plan_save(const struct ls_session *s, struct ls_checkpoint *checkpoint)
{
    if (!s->replay)
        return LS_OK;
    const size_t len = (size_t)s->train.len;
    checkpoint->n_losses = s->train.len;
    checkpoint->has_pool = s->replay->hard.share > 0;
    checkpoint->losses = ls_arena_get(s->arena, len, sizeof *checkpoint->losses);
    checkpoint->pool = ls_arena_get(s->arena, checkpoint->has_pool ? len : 0, sizeof(float));
    return checkpoint->losses && checkpoint->pool ? LS_OK : LS_OTHER;
}

void ls_replay_save(const struct ls_session *s, struct ls_checkpoint *checkpoint)
{
    if (!s->replay)
        return;
    float piece[PIECE];
    const bool here = s->peers->rank == 0;
    for (uint64_t at = 0; at < s->train.len; at += PIECE) {
        const size_t n = s->train.len - at < PIECE ? (size_t)(s->train.len - at) : PIECE;
        ls_recall_read(&s->replay->recall, at, n, here ? checkpoint->losses + at : piece);
    }
    if (here && checkpoint->has_pool)
        ls_pool_read(&s->replay->pool, s->train.len, checkpoint->pool);
}
