#include "launch/bench_steps.h"

enum { WARM_STEPS = 4, LEAST_STEPS = 10, MOST_STEPS = 1000 };

static const double warm_s = 0.5, measured_s = 5;

static ls_status plan(struct ls_bench_steps *m)
{
    struct ls_session *const s = m->session;
    const struct ls_job *const job = &s->job;
    const size_t layers = (size_t)s->model.n_layers;
    LS_TRY(ls_workspace_init(&m->ws, &s->model, &s->tree, s->peers, s->room, (int)job->threads,
                             true, s->arena));
    ls_workspace_expect(&m->ws, &s->plan, true);
    const struct ls_trainer_spec spec = ls_session_trainer(s);
    LS_TRY(ls_trainer_init(&m->trainer, &spec, &m->ws, s->arena));
    m->profile.forward_s = ls_arena_get(s->arena, job->threads * layers, sizeof(double));
    m->profile.backward_s = ls_arena_get(s->arena, job->threads * layers, sizeof(double));
    m->profile.exchange_s = ls_arena_get(s->arena, layers, sizeof(double));
    if (!m->profile.forward_s || !m->profile.backward_s || !m->profile.exchange_s)
        return LS_OTHER;
    const struct ls_loader_spec loader = ls_session_train_loader(s);
    return ls_loader_create(&m->loader, &loader, 0);
}

static ls_status step(struct ls_bench_steps *m, struct ls_record *record)
{
    struct ls_profile *const profile = m->ws.profile;
    const double start = ls_profile_start(profile);
    const struct ls_batch *const batch = ls_loader_next(m->loader);
    (void)ls_profile_phase(profile, LS_PHASE_INPUT, start);
    return ls_trainer_step(&m->trainer, batch, false, record);
}

/* Until caches, primitives and clock are as they stay; then says how many steps to measure, the
 * same on all ranks. */
static ls_status warm_up(struct ls_bench_steps *m)
{
    struct ls_record record;
    double start = ls_seconds(), step_s = 0;
    bool enough = false;
    for (size_t done = 0; !enough; done++) {
        const double begin = ls_seconds();
        LS_TRY(step(m, &record));
        step_s = ls_seconds() - begin;
        enough = done + 1 >= WARM_STEPS && ls_seconds() - start > warm_s;
        ls_broadcast(m->session->peers, &enough, sizeof enough);
    }
    if (m->steps == 0) {
        const double fit = measured_s / step_s;
        m->steps = fit < LEAST_STEPS ? LEAST_STEPS : fit > MOST_STEPS ? MOST_STEPS : (size_t)fit;
    }
    ls_broadcast(m->session->peers, &m->steps, sizeof m->steps);
    return LS_OK;
}

static ls_status measure(struct ls_bench_steps *m)
{
    struct ls_arena *const arena = m->session->arena;
    m->step_s = ls_arena_get(arena, m->steps, sizeof(double));
    m->rate = ls_arena_get(arena, m->steps, sizeof(double));
    LS_TRY(ls_agree(m->session->peers, m->step_s && m->rate ? LS_OK : LS_OTHER));
    m->ws.profile = &m->profile;
    double at = ls_seconds();
    for (size_t i = 0; i < m->steps; i++) {
        struct ls_record record;
        LS_TRY(step(m, &record));
        const double now = ls_seconds();
        m->step_s[i] = now - at;
        m->rate[i] = (double)record.samples / m->step_s[i];
        m->samples += record.samples;
        at = now;
    }
    m->ws.profile = NULL;
    return LS_OK;
}

ls_status ls_bench_job(struct ls_bench_job *job, struct ls_session *s, size_t steps)
{
    struct ls_bench_steps m = {.session = s, .steps = steps};
    *job = (struct ls_bench_job){.path = s->job_path,
                                 .engine = s->engine->describe(),
                                 .batch = s->job.batch,
                                 .shards = s->shards,
                                 .threads = s->job.threads,
                                 .ranks = s->peers->size};
    ls_status status = ls_agree(s->peers, plan(&m));
    LS_TRY_OUT(status);
    LS_TRY_OUT(warm_up(&m));
    LS_TRY_OUT(measure(&m));
    job->steps = m.steps;
    LS_TRY_OUT(ls_bench_collect(&m, job));
out:
    ls_loader_free(m.loader);
    return status;
}
