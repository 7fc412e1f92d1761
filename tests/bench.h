/* A bench for whole models: a job's parts as YAML, data in memory, and everything up to a trainer
 * and a loader, on one rank or on several. */
#ifndef LOCKSTEP_TESTS_BENCH_H
#define LOCKSTEP_TESTS_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/step/evaluate.h"
#include "src/step/trainer.h"
#include "tests/memory.h"

/** The tree of `text`, whose places are in "job.yaml". Fails the test when it is not YAML.
 *  Collective: no. */
struct ls_node *bench_yaml(const char *text, struct ls_arena *arena);

/* What to build; zero where there is a default. */
struct bench_setup {
    const char *model, *loss, *optimizer; /* YAML; by default cross_entropy and sgd with lr 0.1 */
    const char *freeze;                   /* one layer, NULL: none */
    struct ls_shape input;
    uint64_t samples;
    size_t batch;
    int shards, threads; /* by default 8 and 1 */
    struct ls_clip clip;
    struct ls_penalty penalty;
    struct ls_noise noise;
};

struct bench {
    struct ls_arena arena;
    struct ls_peers peers;
    struct ls_model model;
    struct ls_loss loss;
    struct ls_optimizer optimizer;
    struct ls_schedule schedule;
    struct memory memory;
    struct ls_subset subset;
    struct ls_plan plan;
    struct ls_transform transform;
    struct ls_tree tree;
    struct ls_workspace ws;
    struct ls_trainer trainer;
    struct ls_loader *loader; /* from step 0 */
};

/** Builds it; fails the test when anything does.  Collective: yes. */
void bench_init(struct bench *bench, const struct bench_setup *setup, const struct ls_peers *peers);

/** (Re)starts the loader at step `first`.  Collective: no. */
void bench_load(struct bench *bench, uint64_t first);

void bench_release(struct bench *bench);

/** Loss of the batch at the parameters as they are, in training.  Collective: yes. */
double bench_loss(struct bench *bench, const struct ls_batch *batch);

/** The same, and the gradient into `gradient` (n_params).  Collective: yes. */
double bench_gradient(struct bench *bench, const struct ls_batch *batch, real *gradient);

#endif
