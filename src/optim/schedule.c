#include "src/optim/schedule.h"

#include <math.h>
#include <stddef.h>

const struct ls_option ls_schedule_options[] = {
    {"warmup_steps", LS_SIZE, offsetof(struct ls_schedule, warmup_steps), "0", 0, 0, NULL,
     "the learning rate rises to its value over so many steps"},
    {"warmup_epochs", LS_SIZE, offsetof(struct ls_schedule, warmup_epochs), "0", 0, 0, NULL,
     "the same in epochs"},
    {"cosine", LS_NODE, offsetof(struct ls_schedule, cosine), "", 0, 0, NULL,
     "{to: 0}: down half a cosine wave over the steps after warm-up [none]"},
    {"step", LS_NODE, offsetof(struct ls_schedule, step), "", 0, 0, NULL,
     "{at_steps: [...], factor: 0.1}, or at_epochs: times factor at each [none]"},
    {0}};

static const struct ls_option cosine_options[] = {
    {"to", LS_REAL, offsetof(struct ls_schedule, to), "0", 0, 1e6, NULL, "the last learning rate"},
    {0}};

static const struct ls_option step_options[] = {
    {"at_steps", LS_SIZES, offsetof(struct ls_schedule, at_steps), "", 0, 0, NULL,
     "steps done when the learning rate changes, ascending"},
    {"at_epochs", LS_SIZES, offsetof(struct ls_schedule, at_epochs), "", 0, 0, NULL,
     "epochs done, likewise"},
    {"factor", LS_REAL, offsetof(struct ls_schedule, factor), "0.1", 0, 1e6, NULL,
     "what it is multiplied by"},
    {0}};

static ls_status parse_step(struct ls_schedule *schedule, struct ls_arena *arena)
{
    const struct ls_node *node = schedule->step;
    LS_TRY(ls_options_parse(step_options, node, "schedule: step", NULL, arena, schedule));
    const bool by_steps = schedule->at_steps.len > 0;
    if (by_steps == (schedule->at_epochs.len > 0))
        return ls_node_fail(node, "schedule: step: give at_steps or at_epochs, %s",
                            by_steps ? "not both" : "a list of one number or more");
    const struct ls_sizes at = by_steps ? schedule->at_steps : schedule->at_epochs;
    for (size_t i = 1; i < at.len; i++)
        if (at.value[i] <= at.value[i - 1])
            return ls_node_fail(node, "schedule: step: %s must ascend, but %zu follows %zu",
                                by_steps ? "at_steps" : "at_epochs", at.value[i], at.value[i - 1]);
    return LS_OK;
}

ls_status ls_schedule_parse(struct ls_schedule *schedule, const struct ls_node *node,
                            struct ls_arena *arena)
{
    *schedule = (struct ls_schedule){0};
    LS_TRY(ls_options_parse(ls_schedule_options, node, "schedule", NULL, arena, schedule));
    if (schedule->warmup_steps && schedule->warmup_epochs)
        return ls_node_fail(node, "schedule: give warmup_steps or warmup_epochs, not both");
    if (schedule->cosine && schedule->step)
        return ls_node_fail(node, "schedule: give cosine or step, not both");
    if (schedule->cosine) {
        schedule->is_cosine = true;
        LS_TRY(ls_options_parse(cosine_options, schedule->cosine, "schedule: cosine", NULL, arena,
                                schedule));
    }
    if (schedule->step)
        LS_TRY(parse_step(schedule, arena));
    return LS_OK;
}

ls_status ls_schedule_plan(struct ls_schedule *schedule, uint64_t steps_per_epoch,
                           uint64_t total_steps, struct ls_arena *arena)
{
    const bool by_steps = schedule->at_steps.len > 0;
    const struct ls_sizes at = by_steps ? schedule->at_steps : schedule->at_epochs;
    uint64_t *steps = ls_arena_get(arena, at.len, sizeof *steps);
    if (!steps)
        return LS_OTHER;
    for (size_t i = 0; i < at.len; i++)
        if (!by_steps && __builtin_mul_overflow(at.value[i], steps_per_epoch, &steps[i]))
            return ls_node_fail(schedule->step, "schedule: step: epoch %zu is too far off",
                                at.value[i]);
        else if (by_steps)
            steps[i] = at.value[i];
    uint64_t warmup = 0;
    if (__builtin_mul_overflow(schedule->warmup_epochs, steps_per_epoch, &warmup))
        return ls_fail(LS_USAGE, "schedule: warmup_epochs: %zu is too large",
                       schedule->warmup_epochs);
    schedule->warmup = warmup + schedule->warmup_steps;
    schedule->total = total_steps;
    schedule->n_at = at.len;
    schedule->at = steps;
    return LS_OK;
}

double ls_schedule_lr(const struct ls_schedule *schedule, double lr, uint64_t s)
{
    const double pi = 3.14159265358979323846;
    const uint64_t warmup = schedule->warmup;
    if (s < warmup)
        return lr * (double)(s + 1) / (double)warmup;
    if (schedule->is_cosine) {
        if (s >= schedule->total)
            return schedule->to;
        const double done = (double)(s - warmup) / (double)(schedule->total - warmup);
        return schedule->to + (lr - schedule->to) / 2 * (1 + cos(pi * done));
    }
    size_t passed = 0;
    while (passed < schedule->n_at && schedule->at[passed] <= s)
        passed++;
    return lr * pow(schedule->factor, (double)passed);
}
