#include "launch/plan_report.h"

#include <string.h>

#include "src/data/labels.h"
#include "src/sampler/sampler.h"

enum { MAX_STEPS = 4, MAX_SHOWN = 20 }; /* batches and classes before a person's eyes */

/* Samples of a class in a batch: all, and the fewest and most in a shard. */
struct tally {
    size_t all, least, most;
};

struct report {
    struct ls_session *session;
    struct ls_plan plan; /* of ordinary rows: the first batches come before there is a pool */
    size_t steps, shown; /* classes shown */
    struct ls_class_counts counts;
    const char *const *names; /* NULL: none */
    struct ls_sampler sampler;
    struct ls_pick *picks; /* (batch) */
    uint64_t *samples;     /* (batch) */
    int64_t *labels;       /* (batch) */
    size_t *in_shard;      /* (shown) */
    struct tally *tally;   /* (shown, MAX_STEPS) */
};

static ls_status prepare(struct report *r)
{
    struct ls_session *const s = r->session;
    const struct ls_balance *const balance = r->plan.balance;
    if (balance) {
        r->counts = (struct ls_class_counts){balance->classes.len, balance->classes.n};
        r->names = balance->n_names >= balance->classes.len ? balance->names : NULL;
        LS_TRY(ls_sampler_init(&r->sampler, &r->plan, (int)s->shards, s->arena));
    } else {
        LS_TRY(ls_class_counts(&s->train, &s->train_set, s->loss.k, &r->counts, s->arena));
        r->names = s->n_classes >= r->counts.len ? s->class_names : NULL;
    }
    r->steps = s->steps < MAX_STEPS ? (size_t)s->steps : MAX_STEPS;
    r->shown = r->counts.len < MAX_SHOWN ? r->counts.len : MAX_SHOWN;
    r->picks = ls_arena_get(s->arena, r->plan.batch, sizeof *r->picks);
    r->samples = ls_arena_get(s->arena, r->plan.batch, sizeof *r->samples);
    r->labels = ls_arena_get(s->arena, r->plan.batch, sizeof *r->labels);
    r->in_shard = ls_arena_get(s->arena, r->shown, sizeof *r->in_shard);
    r->tally = ls_arena_get(s->arena, r->shown * MAX_STEPS, sizeof *r->tally);
    return r->picks && r->samples && r->labels && r->in_shard && r->tally ? LS_OK : LS_OTHER;
}

/* The rows of a batch and their classes. */
static ls_status draw(struct report *r, uint64_t step, const struct ls_pick **picks)
{
    struct ls_session *const s = r->session;
    const struct ls_plan_step at = ls_plan_step(&r->plan, step);
    *picks = r->picks;
    if (r->plan.balance) {
        *picks = ls_sampler_batch(&r->sampler, step, 0, 0);
        return LS_OK;
    }
    ls_plan_samples(&r->plan, &at, 0, at.n, r->samples);
    LS_TRY(ls_source_read_classes(&s->train, r->samples, at.n, r->labels));
    for (size_t i = 0; i < at.n; i++)
        r->picks[i] = (struct ls_pick){.sample = r->samples[i], .class = (uint32_t)r->labels[i]};
    return LS_OK;
}

static ls_status count(struct report *r, uint64_t step)
{
    const struct ls_session *const s = r->session;
    const int shards = (int)s->shards;
    const size_t n = ls_plan_step(&r->plan, step).n;
    const struct ls_pick *picks = NULL;
    LS_TRY(draw(r, step, &picks));
    for (int shard = 0; shard < shards; shard++) {
        memset(r->in_shard, 0, r->shown * sizeof *r->in_shard);
        for (size_t i = ls_shard_row(n, shards, shard); i < ls_shard_row(n, shards, shard + 1); i++)
            if (picks[i].class < r->shown)
                r->in_shard[picks[i].class]++;
        for (size_t c = 0; c < r->shown; c++) {
            struct tally *const tally = &r->tally[c * MAX_STEPS + step];
            const size_t here = r->in_shard[c];
            tally->all += here;
            tally->least = shard == 0 || here < tally->least ? here : tally->least;
            tally->most = here > tally->most ? here : tally->most;
        }
    }
    return LS_OK;
}

/* Of all that is drawn, the share of a class. */
static double share(const struct report *r, size_t c)
{
    const struct ls_balance *const balance = r->plan.balance;
    const uint64_t *const parts = balance ? balance->weights : r->counts.n;
    double sum = 0;
    for (size_t i = 0; i < r->counts.len; i++)
        sum += (double)parts[i];
    return (double)parts[c] / sum;
}

static void print_class(const struct report *r, size_t c, int width)
{
    const struct ls_plan *const plan = &r->plan;
    const double drawn = plan->balance ? (double)plan->batch * (double)plan->steps_per_epoch
                                       : (double)plan->subset->len;
    const double n = (double)r->counts.n[c], part = share(r, c);
    (void)printf("  %7zu  %-*s  %6.2f%%  %8.2f", c, width, r->names ? r->names[c] : "", 100 * part,
                 n > 0 ? part * drawn / n : 0);
    for (size_t t = 0; t < r->steps; t++) {
        char text[64];
        const struct tally *const tally = &r->tally[c * MAX_STEPS + t];
        (void)snprintf(text, sizeof text, "%zu (%zu-%zu)", tally->all, tally->least, tally->most);
        (void)printf("  %12s", text);
    }
    (void)puts("");
}

ls_status ls_plan_report(struct ls_session *session)
{
    struct report r = {.session = session, .plan = session->plan};
    r.plan.replay = NULL;
    if (!r.plan.balance && session->loss.ops->target != LS_TARGET_CLASS)
        return LS_OK;
    LS_TRY(prepare(&r));
    for (uint64_t step = 0; step < r.steps; step++)
        LS_TRY(count(&r, step));
    int width = (int)strlen("class");
    for (size_t c = 0; r.names && c < r.shown; c++)
        if ((int)strlen(r.names[c]) > width)
            width = (int)strlen(r.names[c]);
    (void)puts("\n  The first batches: samples of a class (and the fewest and most in a shard);\n"
               "  drawn: its share of every batch, and how often an epoch draws a sample of it");
    (void)printf("  %7s  %-*s  %7s  %8s", "label", width, "class", "drawn", "an epoch");
    for (size_t t = 0; t < r.steps; t++)
        (void)printf("  %11s%zu", "batch ", t + 1);
    (void)puts("");
    for (size_t c = 0; c < r.shown; c++)
        print_class(&r, c, width);
    if (r.counts.len > r.shown)
        (void)printf("  and %zu classes more\n", r.counts.len - r.shown);
    return LS_OK;
}
