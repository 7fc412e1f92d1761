#include "src/hard/replay.h"

ls_status ls_replay_init(struct ls_replay *replay, const struct ls_replay_spec *spec,
                         struct ls_arena *arena)
{
    const struct ls_hard *const hard = &spec->hard;
    *replay = (struct ls_replay){.hard = *hard, .begin = UINT64_MAX};
    replay->period = hard->refresh > 0 ? hard->refresh : spec->steps_per_epoch;
    if (hard->share > 0)
        replay->begin = hard->warmup_epochs * spec->steps_per_epoch;
    LS_TRY(ls_agree(spec->peers,
                    ls_recall_init(&replay->recall, spec->peers, spec->len, hard->mean, arena)));
    return ls_pool_init(&replay->pool, spec->peers, hard, spec->n_groups, spec->counts, arena);
}

bool ls_replay_is_due(const struct ls_replay *replay, uint64_t s)
{
    return s >= replay->begin && (s - replay->begin) % replay->period == 0;
}

uint64_t ls_replay_limit(const struct ls_replay *replay, uint64_t s)
{
    if (s < replay->begin)
        return replay->begin;
    return s - (s - replay->begin) % replay->period + replay->period;
}

void ls_replay_fill(struct ls_replay *replay)
{
    ls_pool_fill(&replay->pool, &replay->recall, replay->groups);
}
