#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launch/job_change.h"
#include "launch/job_file.h"

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

static const char begun[] =
    "seed: 1\n"
    "data: {train: /a/x.h5, valid: 0.1, augment: [flip, {crop: {pad: 4}}]}\n"
    "batch: 8\n"
    "epochs: 2\n"
    "model: [{dense: {out: 4, bias: false}}, relu, dense: 3]\n"
    "loss: {focal: {gamma: 2}}\n"
    "optimizer: {sgd: {lr: 0.1, momentum: 0.9}}\n"
    "clip: {norm: 1.0}\n"
    "threads: 1\n";

static struct ls_node *parse(const char *text)
{
    struct ls_node *root = NULL;
    if (ls_job_file_parse(text, "job.yaml", &arena, &root) != LS_OK)
        fail_msg("%s", ls_message());
    return root;
}

/* The job with `from` replaced by `to`, against the job itself, of 10 steps an epoch. */
static ls_status change(const char *text, const char *from, const char *to, const char **changed)
{
    const char *const at = strstr(text, from);
    assert_non_null(at);
    const char *const other =
        ls_arena_printf(&arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return ls_job_change(parse(text), parse(other), 10, changed, &arena);
}

static void expect(const char *text, const char *from, const char *to, const char *keys)
{
    const char *changed = NULL;
    if (change(text, from, to, &changed) != LS_OK)
        fail_msg("%s", ls_message());
    assert_string_equal(changed, keys);
}

static void expect_refusal(const char *from, const char *to, const char *message)
{
    const char *changed = NULL;
    assert_int_equal(change(begun, from, to, &changed), LS_USAGE);
    assert_non_null(strstr(ls_message(), message));
}

static void what_reads_alike_is_no_change(void **state)
{
    (void)state;
    expect(begun, "seed", "seed", "");
    expect(begun, "norm: 1.0", "norm: 1", "");
    expect(begun, "{lr: 0.1, momentum: 0.9}", "{momentum: 9e-1,\n    lr: 0.10}", "");
    expect(begun, "{dense: {out: 4, bias: false}}, relu, dense: 3]",
           "{dense: {bias: false, out: 4}}, {relu: {}}, {dense: 3}]", "");
    expect(begun, "relu", "{relu: }", "");
}

static void keys_without_part_in_the_result_may_change(void **state)
{
    (void)state;
    expect(begun, "threads: 1", "threads: 4\nlog_every: 3\ncheckpoint: {keep: 9}", "");
    expect(begun, "/a/x.h5", "/b/x.h5", "");
    expect(begun, "augment", "memory: 7, augment", "");
}

static void keys_that_change_the_result_are_named(void **state)
{
    (void)state;
    expect(begun, "lr: 0.1", "lr: 0.2", "optimizer");
    expect(begun, "lr: 0.1", "lr: \"0.1\"", "");
    expect(begun, "lr: 0.1", "lr: \"0.10\"", "optimizer");
    expect(begun, "{focal: {gamma: 2}}", "cross_entropy", "loss");
    expect(begun, "clip: {norm: 1.0}", "schedule: {warmup_steps: 3}", "schedule, clip");
    expect(begun, "clip", "regularize: {l1: 0.1}\nsampler: {order: sequential}\nclip",
           "regularize, sampler");
    expect(begun, "[flip, {crop: {pad: 4}}]", "[{crop: {pad: 4}}, flip]", "data.augment");
    expect(begun, "[flip, {crop: {pad: 4}}]", "[flip]", "data.augment");
    expect(begun, "valid: 0.1", "valid: 0.1, long_tail: 10", "data.long_tail");
    expect(begun, "valid: 0.1", "valid: 0.2", "data.valid");
    expect(begun, "valid: 0.1", "valid: /a/v.h5", "data.valid");
    expect(begun, "threads", "init: {freeze: dense1}\nthreads", "init");
}

static void a_length_counts_only_where_the_schedule_follows_it(void **state)
{
    (void)state;
    const char *const cosine = ls_arena_printf(&arena, "%sschedule: {cosine: {to: 0}}\n", begun);
    expect(begun, "epochs: 2", "epochs: 3", "");
    expect(begun, "epochs: 2", "steps: 70", "");
    expect(cosine, "epochs: 2", "epochs: 3", "epochs");
    expect(cosine, "epochs: 2", "steps: 70", "steps");
    expect(cosine, "epochs: 2", "steps: 20", "");
}

static void another_model_is_refused(void **state)
{
    (void)state;
    expect_refusal("relu", "tanh", "the model is not the run's");
    expect_refusal("relu, ", "", "the model is not the run's");
    expect_refusal("bias: false", "bias: true", "start a new run with init.from");
}

static void another_kind_of_optimiser_is_refused(void **state)
{
    (void)state;
    expect_refusal("{sgd: {lr: 0.1, momentum: 0.9}}", "adam",
                   "the run was begun with optimizer: sgd, the job says adam");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_reads_alike_is_no_change),
        cmocka_unit_test(keys_without_part_in_the_result_may_change),
        cmocka_unit_test(keys_that_change_the_result_are_named),
        cmocka_unit_test(a_length_counts_only_where_the_schedule_follows_it),
        cmocka_unit_test(another_model_is_refused),
        cmocka_unit_test(another_kind_of_optimiser_is_refused),
    };
    return cmocka_run_group_tests(tests, up, down);
}
