#include "tests/bench.h"

#include <string.h>

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

#define REST                                                                                       \
    "model: [{dense: 2}]\n"                                                                        \
    "loss: cross_entropy\n"                                                                        \
    "optimizer: {sgd: {lr: 0.1}}\n"

static const char shortest[] = "data: {train: t.h5}\nbatch: 32\nepochs: 2\n" REST;

static struct ls_job parse(const char *text)
{
    struct ls_job job;
    if (ls_job_parse(&job, bench_yaml(text, &arena), "/jobs", &arena) != LS_OK)
        fail_msg("%s", ls_message());
    return job;
}

/* `line` put before a job that is good by itself. */
static const char *with(const char *line)
{
    return ls_arena_printf(&arena, "%s\n%s", line, shortest);
}

static void expect_refusal(const char *text, const char *message)
{
    struct ls_job job;
    assert_int_equal(ls_job_parse(&job, bench_yaml(text, &arena), "/jobs", &arena), LS_USAGE);
    assert_string_equal(ls_message(), message);
}

static void a_short_job_has_the_defaults(void **state)
{
    (void)state;
    const struct ls_job job = parse(shortest);
    assert_int_equal(job.seed, 1);
    assert_int_equal(job.batch, 32);
    assert_int_equal(job.threads, 1);
    assert_int_equal(job.epochs, 2);
    assert_int_equal(job.steps, 0);
    assert_int_equal(job.shards, 0);
    assert_int_equal(job.log_every, 10);
    assert_int_equal(job.watch_every, 100);
    assert_int_equal(job.metrics.len, 0);
    assert_string_equal(job.checkpoint.best, "");
    assert_string_equal(job.engine, "");
    assert_string_equal(job.data.train, "/jobs/t.h5");
    assert_string_equal(job.data.inputs, "x");
    assert_string_equal(job.data.labels, "y");
    assert_null(job.data.valid_path);
    assert_true(job.data.valid_share == 0);
    assert_int_equal(job.data.normalize_by, LS_NORMALIZE_NONE);
    assert_false(job.data.augment_by.flip);
    assert_int_equal(job.data.augment_by.crop_pad, 0);
    assert_int_equal(job.data.memory, 1024);
    assert_false(job.data.check);
    assert_true(job.clip.norm == 0 && job.clip.value == 0);
    assert_true(job.penalty.l1 == 0 && job.penalty.l2 == 0);
    assert_int_equal(job.sampler.order, LS_ORDER_SHUFFLE);
    assert_int_equal(job.checkpoint.every_steps, 0);
    assert_int_equal(job.checkpoint.keep, 3);
    assert_string_equal(job.init.from, "");
    assert_int_equal(job.init.model.freeze.len, 0);
}

static void every_key_is_read(void **state)
{
    (void)state;
    const struct ls_job job = parse("seed: 7\n"
                                    "data:\n"
                                    "  train: /abs/t.h5\n"
                                    "  valid: v.h5\n"
                                    "  inputs: images\n"
                                    "  labels: kinds\n"
                                    "  normalize: {mean: [1, 2], std: [3, 4.5]}\n"
                                    "  augment: [flip, {crop: {pad: 3}}]\n"
                                    "  long_tail: 100\n"
                                    "  memory: 5\n"
                                    "  check: true\n"
                                    "batch: 100\n"
                                    "shards: 24\n"
                                    "threads: 3\n"
                                    "steps: 4000\n"
                                    "metrics: [accuracy, macro_f1]\n"
                                    "schedule: {warmup_steps: 5, cosine: {to: 0.5}}\n"
                                    "clip: {norm: 2}\n"
                                    "regularize: {l1: 0.25, l2: 0.5}\n"
                                    "sampler: {order: sequential, balance: none, hard: none}\n"
                                    "checkpoint: {every_steps: 50, keep: 9, best: kappa}\n"
                                    "init: {from: w.h5, freeze: [dense1]}\n"
                                    "log_every: 4\n"
                                    "watch_every: 7\n"
                                    "engine: openblas\n" REST);
    assert_int_equal(job.seed, 7);
    assert_string_equal(job.data.train, "/abs/t.h5");
    assert_string_equal(job.data.valid_path, "/jobs/v.h5");
    assert_string_equal(job.data.inputs, "images");
    assert_string_equal(job.data.labels, "kinds");
    assert_int_equal(job.data.normalize_by, LS_NORMALIZE_GIVEN);
    assert_int_equal(job.data.mean.len, 2);
    assert_true(job.data.mean.value[1] == 2 && job.data.std.value[1] == 4.5);
    assert_true(job.data.augment_by.flip);
    assert_int_equal(job.data.augment_by.crop_pad, 3);
    assert_true(job.data.long_tail == 100);
    assert_int_equal(job.data.memory, 5);
    assert_true(job.data.check);
    assert_int_equal(job.shards, 24);
    assert_int_equal(ls_job_shards(&job), 24);
    assert_int_equal(job.threads, 3);
    assert_int_equal(job.steps, 4000);
    assert_int_equal(job.metrics.len, 2);
    assert_string_equal(job.checkpoint.best, "kappa");
    assert_string_equal(job.metrics.value[1], "macro_f1");
    assert_int_equal(job.schedule.warmup_steps, 5);
    assert_true(job.schedule.is_cosine && job.schedule.to == 0.5);
    assert_true(job.clip.norm == 2);
    assert_true(job.penalty.l1 == 0.25 && job.penalty.l2 == 0.5);
    assert_int_equal(job.sampler.order, LS_ORDER_SEQUENTIAL);
    assert_int_equal(job.checkpoint.every_steps, 50);
    assert_int_equal(job.checkpoint.keep, 9);
    assert_string_equal(job.init.from, "/jobs/w.h5");
    assert_string_equal(job.init.model.freeze.value[0], "dense1");
    assert_int_equal(job.log_every, 4);
    assert_int_equal(job.watch_every, 7);
    assert_string_equal(job.engine, "openblas");
}

static void valid_is_a_share_or_a_path(void **state)
{
    (void)state;
    static const struct {
        const char *text, *path;
        double share;
    } cases[] = {{"0.1", NULL, 0.1},        {"1e-3", NULL, 1e-3},    {"'0.1'", "/jobs/0.1", 0},
                 {"nan", "/jobs/nan", 0},   {"0x1", "/jobs/0x1", 0}, {"1.h5", "/jobs/1.h5", 0},
                 {"/a/b.h5", "/a/b.h5", 0}, {"inf", "/jobs/inf", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ls_job job = parse(ls_arena_printf(
            &arena, "data: {train: t.h5, valid: %s}\nbatch: 1\nsteps: 1\n" REST, cases[i].text));
        assert_true(job.data.valid_share == cases[i].share);
        if (cases[i].path)
            assert_string_equal(job.data.valid_path, cases[i].path);
        else
            assert_null(job.data.valid_path);
    }
}

static void normalize_is_a_word_or_figures(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum ls_normalize by;
    } cases[] = {{"none", LS_NORMALIZE_NONE},
                 {"channel", LS_NORMALIZE_CHANNEL},
                 {"sample", LS_NORMALIZE_SAMPLE},
                 {"{mean: [1], std: [2]}", LS_NORMALIZE_GIVEN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ls_job job = parse(
            ls_arena_printf(&arena, "data: {train: t.h5, normalize: %s}\nbatch: 1\nsteps: 1\n" REST,
                            cases[i].text));
        assert_int_equal(job.data.normalize_by, cases[i].by);
    }
}

static void automatic_shards_follow_the_batch(void **state)
{
    (void)state;
    static const size_t table[][2] = {{1, 8},    {128, 8},  {129, 8},  {255, 8},
                                      {256, 16}, {512, 32}, {1024, 64}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct ls_job job = parse(ls_arena_printf(
            &arena, "data: {train: t.h5}\nshards: auto\nbatch: %zu\nsteps: 1\n" REST, table[i][0]));
        assert_int_equal(ls_job_shards(&job), table[i][1]);
    }
}

static void mistakes_at_the_top_are_placed(void **state)
{
    (void)state;
    expect_refusal(with("sead: 3"), "job.yaml:1:1: job: unknown key \"sead\" (did you mean "
                                    "\"seed\"?)");
    expect_refusal(with("seed: -1"), "job.yaml:1:7: job: seed takes a whole number, got \"-1\"");
    expect_refusal(with("threads: [1]"),
                   "job.yaml:1:10: job: threads takes a whole number from 1 to 1024, got a list");
    expect_refusal(with("shards: 0"),
                   "job.yaml:1:9: job: shards takes a whole number from 1 to 65536, got \"0\"");
    expect_refusal(with("steps: 5"),
                   "job.yaml:1:1: \"epochs\" and \"steps\" are both given: keep one");
    expect_refusal("data: {train: t.h5}\nbatch: 32\n" REST,
                   "job.yaml:1:1: the job needs \"epochs\" or \"steps\", above 0");
    expect_refusal(with("engine: openblass"), "job.yaml:1:9: engine \"openblass\" is not built in "
                                              "(did you mean \"openblas\"?)");
    expect_refusal("[a, b]", "job.yaml:1:1: a job is a map of keys: seed, data, batch, model, ...");
}

static void mistakes_below_are_placed(void **state)
{
    (void)state;
    expect_refusal(with("sampler:\n  hard: {shar: 0.5}"),
                   "job.yaml:2:10: hard: unknown key \"shar\" (did you mean \"share\"?)");
    expect_refusal(with("checkpoint: {keep: 1}"),
                   "job.yaml:1:20: checkpoint: keep takes a whole number from 2 to 1000000, got "
                   "\"1\"");
    expect_refusal(with("init: {form: a.h5}"),
                   "job.yaml:1:8: init: unknown key \"form\" (did you mean \"from\"?)");
    expect_refusal(with("schedule: cosine"), "job.yaml:1:11: schedule takes keys and their values: "
                                             "warmup_steps, warmup_epochs, cosine, step");
}

static void expect_data_refusal(const char *data, const char *message)
{
    expect_refusal(
        ls_arena_printf(&arena, "data: {train: t.h5, %s}\nbatch: 1\nsteps: 1\n" REST, data),
        message);
}

static void mistakes_in_data_are_placed(void **state)
{
    (void)state;
    expect_data_refusal("valid: 1.5", "job.yaml:1:28: data: valid takes a file, or a share between "
                                      "0 and 1, got 1.5");
    expect_data_refusal("valid: [a]",
                        "job.yaml:1:28: data: valid takes a file, or a share such as 0.1");
    expect_data_refusal("normalize: all", "job.yaml:1:32: data: normalize takes none, channel, "
                                          "sample, or {mean: [...], std: [...]}");
    expect_data_refusal("normalize: {mean: [1], std: [1, 2]}",
                        "job.yaml:1:32: normalize: mean has 1 numbers and std 2: one of each for "
                        "every channel");
    expect_data_refusal("normalize: {mean: [1], std: [0]}",
                        "job.yaml:1:32: normalize: std must be above 0, got 0");
    expect_data_refusal("augment: [flop]",
                        "job.yaml:1:31: augment takes flip and crop, got \"flop\"");
    expect_data_refusal("augment: [{flip: 3}]", "job.yaml:1:38: flip takes no arguments, got 3");
    expect_data_refusal("augment: {crop: {pad: 0}}",
                        "job.yaml:1:43: crop: pad takes a whole number from 1 to 4096, got \"0\"");
    expect_data_refusal("trian: a", "job.yaml:1:21: data: unknown key \"trian\" (did you mean "
                                    "\"train\"?)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_job_has_the_defaults),
        cmocka_unit_test(every_key_is_read),
        cmocka_unit_test(valid_is_a_share_or_a_path),
        cmocka_unit_test(normalize_is_a_word_or_figures),
        cmocka_unit_test(automatic_shards_follow_the_batch),
        cmocka_unit_test(mistakes_at_the_top_are_placed),
        cmocka_unit_test(mistakes_below_are_placed),
        cmocka_unit_test(mistakes_in_data_are_placed),
    };
    return cmocka_run_group_tests(tests, up, down);
}
