/* A resolved job says all that the run does, and parses to the same job from any folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launch/job_file.h"
#include "launch/yaml.h"
#include "src/job/job.h"

static struct ls_arena arena;

static int up(void **state)
{
    (void)state;
    ls_arena_init(&arena);
    return 0;
}

static int down(void **state)
{
    (void)state;
    ls_arena_release(&arena);
    return 0;
}

static struct ls_node *parse(const char *text, const char *folder, struct ls_job *job)
{
    struct ls_node *root = NULL;
    if (ls_job_file_parse(text, "job.yaml", &arena, &root) != LS_OK ||
        ls_job_parse(job, root, folder, &arena) != LS_OK)
        fail_msg("%s", ls_message());
    return root;
}

/* Resolves a job and writes it out. */
static const char *resolve(const char *text, const uint64_t *counts, size_t k)
{
    struct ls_job job;
    const char *out = NULL;
    struct ls_node *const root = parse(text, "/jobs", &job);
    struct ls_loss loss = job.loss;
    assert_int_equal(ls_loss_plan(&loss, k, counts, &arena), LS_OK);
    assert_int_equal(ls_job_resolve(&job, root, ls_job_shards(&job), "openblas", &loss, &arena),
                     LS_OK);
    assert_int_equal(ls_yaml_emit(root, &arena, &out), LS_OK);
    return out;
}

static const char short_job[] = "data: {train: t.h5, valid: v.h5}\n"
                                "batch: 512\n"
                                "epochs: 2\n"
                                "model: [{dense: 2}]\n"
                                "loss: cross_entropy\n"
                                "optimizer: sgd\n"
                                "init: {from: ../w.h5}\n";

static void what_was_worked_out_is_written(void **state)
{
    (void)state;
    struct ls_job job;
    (void)parse(resolve(short_job, NULL, 2), "/elsewhere", &job);
    assert_int_equal(job.seed, 1);
    assert_int_equal(job.shards, 32);
    assert_string_equal(job.engine, "openblas");
    assert_string_equal(job.data.train, "/jobs/t.h5");
    assert_string_equal(job.data.valid_path, "/jobs/v.h5");
    assert_string_equal(job.init.from, "/jobs/../w.h5");
}

static void balanced_weights_become_numbers(void **state)
{
    (void)state;
    const uint64_t counts[] = {90, 12};
    const double weight[] = {102.0 / 180, 102.0 / 24};
    struct ls_job job;
    const char *const text = resolve("data: {train: t.h5, valid: 0.1}\n"
                                     "batch: 8\n"
                                     "steps: 2\n"
                                     "model: [{dense: 2}]\n"
                                     "loss: {focal: {gamma: 1, class_weights: balanced}}\n"
                                     "optimizer: sgd\n",
                                     counts, 2);
    (void)parse(text, "/elsewhere", &job);
    assert_false(ls_loss_needs_counts(&job.loss));
    assert_int_equal(ls_loss_plan(&job.loss, 2, NULL, &arena), LS_OK);
    assert_memory_equal(job.loss.class_weight, weight, sizeof weight);
    assert_true(job.data.valid_share == 0.1);
}

/* So that eval needs no training set, and a restart sees what was trained with. */
static void counts_become_numbers_and_short_forms_maps(void **state)
{
    (void)state;
    const uint64_t counts[] = {90, 12};
    struct ls_job job;
    const char *const text = resolve("data: {train: t.h5}\n"
                                     "batch: 8\n"
                                     "steps: 2\n"
                                     "model: [{dense: 2}]\n"
                                     "loss: {balanced_softmax: 1.5}\n"
                                     "optimizer: sgd\n",
                                     counts, 2);
    const struct ls_node *const root = parse(text, "/elsewhere", &job);
    const struct ls_node *const loss = ls_node_get(ls_node_get(root, "loss"), "balanced_softmax");
    assert_string_equal(ls_node_get(loss, "tau")->text, "1.5");
    assert_string_equal(ls_node_get(loss, "class_counts")->child->next->text, "12");
    assert_false(ls_loss_needs_counts(&job.loss));
}

static void a_loss_without_weights_gets_none(void **state)
{
    (void)state;
    assert_null(strstr(resolve(short_job, NULL, 2), "class_weights:"));
}

static void defaults_are_written_out(void **state)
{
    (void)state;
    const char *const text = resolve("data: {train: t.h5}\n"
                                     "batch: 8\n"
                                     "steps: 2\n"
                                     "model: [{dense: 2}]\n"
                                     "loss: cross_entropy\n"
                                     "optimizer: {adam: {lr: 0.5}}\n",
                                     NULL, 2);
    struct ls_node *root = NULL;
    assert_int_equal(ls_job_file_parse(text, "job.yaml", &arena, &root), LS_OK);
    const struct ls_node *const adam = ls_node_get(ls_node_get(root, "optimizer"), "adam");
    assert_string_equal(ls_node_get(adam, "lr")->text, "0.5");
    assert_string_equal(ls_node_get(adam, "betas")->child->next->text, "0.999");
    assert_string_equal(ls_node_get(ls_node_get(root, "checkpoint"), "keep")->text, "3");
    assert_string_equal(ls_node_get(ls_node_get(root, "sampler"), "order")->text, "shuffle");
    const struct ls_node *const loss = ls_node_get(ls_node_get(root, "loss"), "cross_entropy");
    assert_string_equal(ls_node_get(loss, "label_smoothing")->text, "0");
    assert_null(ls_node_get(root, "clip"));
    assert_null(ls_node_get(root, "epochs"));
}

static void resolving_again_changes_nothing(void **state)
{
    (void)state;
    const char *const once = resolve(short_job, NULL, 2);
    assert_string_equal(resolve(once, NULL, 2), once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_worked_out_is_written),
        cmocka_unit_test(balanced_weights_become_numbers),
        cmocka_unit_test(counts_become_numbers_and_short_forms_maps),
        cmocka_unit_test(a_loss_without_weights_gets_none),
        cmocka_unit_test(defaults_are_written_out),
        cmocka_unit_test(resolving_again_changes_nothing),
    };
    return cmocka_run_group_tests(tests, up, down);
}
