#include "tests/bench.h"

#include <string.h>

#include "launch/yaml.h"

static void need(ls_status status)
{
    if (status != LS_OK)
        fail_msg("%s", ls_message());
}

struct ls_node *bench_yaml(const char *text, struct ls_arena *arena)
{
    struct ls_node *root = NULL;
    need(ls_yaml_parse(text, strlen(text), "job.yaml", arena, &root));
    return root;
}

static void make_model(struct bench *b, const struct bench_setup *setup)
{
    const struct ls_engine_ops *const engine = ls_engine_find(NULL);
    const char *frozen[] = {setup->freeze};
    const struct ls_model_init init = {.freeze = {setup->freeze != NULL, frozen}};
    engine->start();
    need(ls_model_create(&b->model, bench_yaml(setup->model, &b->arena), setup->input, engine, 1,
                         &init, &b->arena));
}

static void make_loss(struct bench *b, const char *text)
{
    const struct ls_node *const node = bench_yaml(text ? text : "cross_entropy", &b->arena);
    need(ls_loss_parse(&b->loss, node, &b->arena));
    need(ls_loss_plan(&b->loss, b->model.output.c, NULL, &b->arena));
}

static void make_optimizer(struct bench *b, const char *text)
{
    const struct ls_node *const node = bench_yaml(text ? text : "{sgd: {lr: 0.1}}", &b->arena);
    need(ls_optimizer_parse(&b->optimizer, node, &b->arena));
    need(ls_schedule_parse(&b->schedule, NULL, &b->arena));
    need(ls_schedule_plan(&b->schedule, b->plan.steps_per_epoch, 1000, &b->arena));
}

void bench_init(struct bench *b, const struct bench_setup *setup, const struct ls_peers *peers)
{
    *b = (struct bench){.peers = *peers};
    ls_arena_init(&b->arena);
    make_model(b, setup);
    make_loss(b, setup->loss);
    const size_t k = b->model.output.c;
    const bool classes = b->loss.ops->target == LS_TARGET_CLASS;
    memory_init(&b->memory, setup->samples, setup->input, classes ? k : 0, classes ? 0 : k,
                &b->arena);
    b->subset = ls_subset_all(setup->samples);
    b->plan = ls_plan(&b->subset, setup->batch, 1, LS_ORDER_SEQUENTIAL);
    b->transform = (struct ls_transform){.shape = setup->input};
    make_optimizer(b, setup->optimizer);
    const int threads = setup->threads ? setup->threads : 1;
    need(ls_tree_plan(&b->tree, setup->shards ? setup->shards : 8, peers->size, peers->rank,
                      threads, &b->arena));
    need(ls_workspace_init(&b->ws, &b->model, &b->tree, &b->peers, setup->batch, threads, true,
                           &b->arena));
    ls_workspace_expect(&b->ws, &b->plan, true);
    const struct ls_trainer_spec spec = {.model = &b->model,
                                         .loss = &b->loss,
                                         .optimizer = &b->optimizer,
                                         .schedule = &b->schedule,
                                         .clip = setup->clip,
                                         .penalty = setup->penalty,
                                         .noise = setup->noise,
                                         .seed = 1};
    need(ls_trainer_init(&b->trainer, &spec, &b->ws, &b->arena));
    bench_load(b, 0);
}

void bench_load(struct bench *b, uint64_t first)
{
    const struct ls_loader_spec spec = {.source = &b->memory.source,
                                        .plan = &b->plan,
                                        .transform = &b->transform,
                                        .tree = &b->tree,
                                        .training = true,
                                        .labels = true,
                                        .target = b->loss.ops->target,
                                        .k = b->loss.k};
    ls_loader_free(b->loader);
    need(ls_loader_create(&b->loader, &spec, first));
}

void bench_release(struct bench *b)
{
    ls_loader_free(b->loader);
    ls_arena_release(&b->arena);
}

/* A pass over the batch; returns the tail of the reduction. */
static const double *run(struct bench *b, const struct ls_batch *batch, bool backward)
{
    const struct ls_pass pass = {&b->ws, batch, b->trainer.spec.seed, true};
    ls_model_prepare(&b->model);
    ls_forward(&pass);
    ls_pass_loss(&pass, &b->loss);
    if (backward)
        ls_backward(&pass);
    return ls_pass_reduce(&pass, false, false);
}

double bench_loss(struct bench *b, const struct ls_batch *batch)
{
    const double *const tail = run(b, batch, false);
    return tail[LS_TAIL_VALUE] / tail[LS_TAIL_WEIGHT];
}

double bench_gradient(struct bench *b, const struct ls_batch *batch, real *gradient)
{
    const double *const tail = run(b, batch, true);
    const struct ls_gradient recipe = {.sum = b->ws.reducer.sum,
                                       .divisor = LS_R(tail[LS_TAIL_WEIGHT]),
                                       .penalty = b->trainer.spec.penalty,
                                       .factor = 1};
    memset(gradient, 0, b->model.n_params * sizeof *gradient);
    for (size_t r = 0; r < b->trainer.n_ranges; r++) {
        const struct ls_range range = b->trainer.ranges[r];
        ls_trainer_gradient(&b->trainer, &recipe, range, gradient + range.begin);
    }
    return tail[LS_TAIL_VALUE] / tail[LS_TAIL_WEIGHT];
}
