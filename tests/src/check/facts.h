/* From a job as YAML to what the checks find of it. */
#ifndef LOCKSTEP_TESTS_SRC_CHECK_FACTS_H
#define LOCKSTEP_TESTS_SRC_CHECK_FACTS_H

#include "tests/bench.h"

#include <stdio.h>
#include <string.h>

#include "src/check/check.h"

/* What was found, a line each: "check: text". */
struct found {
    struct ls_arena arena;
    char text[8192];
};

/* What is beside the job; zero: nothing of it. */
struct facts {
    struct ls_shape input; /* by default (4) */
    size_t samples;        /* by default 1000 */
    const uint64_t *counts;
    struct ls_extents x, y; /* x by default -1 to 1 */
    const struct ls_watch_layer *first;
    const char *failure;
    double first_loss;
};

static inline void found_tell(void *context, const char *check, const char *text)
{
    struct found *const found = context;
    const size_t used = strlen(found->text);
    (void)snprintf(found->text + used, sizeof found->text - used, "%s: %s\n", check, text);
}

static inline void found_need(ls_status status)
{
    if (status != LS_OK)
        fail_msg("%s", ls_message());
}

/* The text is valid until the next call. */
static inline const char *find_in(const char *yaml, const struct facts *given)
{
    static struct found found;
    ls_arena_release(&found.arena);
    found = (struct found){.text = ""};
    ls_arena_init(&found.arena);
    struct ls_arena *const arena = &found.arena;
    struct ls_job job;
    struct ls_model model;
    found_need(ls_job_parse(&job, bench_yaml(yaml, arena), "", arena));
    const struct ls_shape input = given->input.c ? given->input : (struct ls_shape){1, 4, 1, 1};
    found_need(
        ls_model_create(&model, job.model, input, ls_engine_find(NULL), 1, &job.init.model, arena));
    struct ls_loss loss = job.loss;
    const size_t k = model.output.c;
    found_need(ls_loss_plan(&loss, k, given->counts, arena));
    struct ls_extents x = given->x;
    x.len = input.c;
    for (size_t i = 0; !given->x.least && i < input.c; i++) {
        x.least = x.least ? x.least : ls_arena_get(arena, input.c, sizeof(float));
        x.most = x.most ? x.most : ls_arena_get(arena, input.c, sizeof(float));
        x.least[i] = -1;
        x.most[i] = 1;
    }
    const uint64_t samples = given->samples ? given->samples : 1000;
    const struct ls_subset all = ls_subset_all(samples);
    const struct ls_plan plan = ls_plan(&all, job.batch, 1, LS_ORDER_SEQUENTIAL);
    const struct ls_class_counts counts = {k, given->counts};
    const struct ls_check_facts facts = {.job = &job,
                                         .model = &model,
                                         .loss = &loss,
                                         .shards = ls_job_shards(&job),
                                         .samples = samples,
                                         .usual_batch = ls_plan_step(&plan, 0).n,
                                         .least_batch =
                                             ls_plan_step(&plan, plan.steps_per_epoch - 1).n,
                                         .classes = given->counts ? &counts : NULL,
                                         .x = &x,
                                         .y = given->y.len ? &given->y : NULL,
                                         .first = given->first,
                                         .failure = given->failure ? given->failure : "",
                                         .first_loss = given->first_loss};
    struct ls_findings findings = {.tell = found_tell, .context = &found};
    ls_check_run(&facts, &findings);
    return found.text;
}

/* A job with this model, all else being healthy. */
static inline const char *job_with(const char *model)
{
    static char text[4096];
    (void)snprintf(text, sizeof text,
                   "data: {train: t.h5}\nbatch: 100\nepochs: 1\nloss: cross_entropy\n"
                   "optimizer: {sgd: {lr: 0.1}}\nmodel:\n%s",
                   model);
    return text;
}

/* What is found of a model on images (3, 16, 16), or on 4 features. */
static inline const char *find_on_images(const char *model)
{
    return find_in(job_with(model), &(struct facts){.input = {3, 3, 16, 16}});
}

static inline const char *find_on_features(const char *model)
{
    return find_in(job_with(model), &(struct facts){0});
}

#endif
