#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launch/bench.h"
#include "launch/json.h"

enum { TEXT = 16384 };

static const struct ls_bench_machine machine = {
    .cores = 4,
    .vectors = "AVX2",
    .ranks = 2,
    .threads = 2,
    .core = {.flops = 100e9, .copy = 20e9, .combine = 10e9},
    .all = {.flops = 400e9, .copy = 40e9, .combine = 30e9}};

/* One layer that computes, one that moves, on two ranks: 10 ms in all. */
static struct ls_bench_job two_layers(struct ls_layer *layers, struct ls_bench_layer *rows)
{
    layers[0] = (struct ls_layer){
        .ops = ls_layer_find("conv"), .name = "first \"one\"", .out = {3, 8, 4, 4}};
    layers[1] = (struct ls_layer){.ops = ls_layer_find("relu"), .name = "relu1", .out = {1, 5}};
    rows[0] = (struct ls_bench_layer){.layer = &layers[0],
                                      .forward_s = 2e-3,
                                      .forward_work = 3e8,
                                      .backward_s = 4e-3,
                                      .backward_work = 4e8,
                                      .computes = true};
    rows[1] = (struct ls_bench_layer){
        .layer = &layers[1], .forward_s = 1e-3, .forward_work = 2e7, .exchange_s = 5e-4};
    struct ls_bench_job job = {.path = "job.yaml",
                               .engine = "an engine",
                               .batch = 64,
                               .shards = 8,
                               .threads = 2,
                               .ranks = 2,
                               .steps = 5,
                               .samples_per_s = 6400,
                               .best_samples_per_s = 7000,
                               .step_s = 9e-3,
                               .mean_s = 10e-3,
                               .rest_s = 1e-3,
                               .hidden_s = {2e-4, 3e-4},
                               .memory = {3 << 20, 4 << 20},
                               .reduced = 2048,
                               .exchanged = 512,
                               .n_layers = 2,
                               .layers = rows};
    job.phase_s[LS_PHASE_FORWARD] = (struct ls_bench_spread){3e-3, 4e-3};
    job.phase_s[LS_PHASE_BACKWARD] = (struct ls_bench_spread){6e-3, 6e-3};
    return job;
}

typedef void writer(FILE *file, const struct ls_bench_machine *, const struct ls_bench_job *);

static void write_to(char *text, writer *write, const struct ls_bench_job *job)
{
    FILE *const file = tmpfile();
    assert_non_null(file);
    write(file, &machine, job);
    rewind(file);
    text[fread(text, 1, TEXT - 1, file)] = '\0';
    (void)fclose(file);
}

static void a_layer_has_its_rate_and_its_share_of_a_ranks_peak(void **state)
{
    (void)state;
    struct ls_layer layers[2];
    struct ls_bench_layer rows[2];
    const struct ls_bench_job job = two_layers(layers, rows);
    char text[TEXT];
    write_to(text, ls_bench_report, &job);
    /* 150 of the 200 GFLOP/s that a rank's two threads have */
    assert_non_null(strstr(text, "first \"one\" (8, 4, 4)    2.000  150.0 GF/s  75%"));
    assert_non_null(strstr(text, "    4.000  100.0 GF/s  50%           60.0%\n"));
    assert_non_null(strstr(text, "    1.000   20.0 GB/s             -"));
    assert_non_null(strstr(text, "    0.500  15.0%\n"));
}

static void layers_of_a_kind_are_added_up(void **state)
{
    (void)state;
    struct ls_layer layers[2];
    struct ls_bench_layer rows[2];
    struct ls_bench_job job = two_layers(layers, rows);
    layers[1].ops = layers[0].ops;
    rows[1] = rows[0];
    rows[1].layer = &layers[1];
    rows[1].forward_s = 4e-3;
    char text[TEXT];
    write_to(text, ls_bench_report, &job);
    assert_non_null(strstr(text, "  conv        2 layers     6.000  100.0 GF/s  50%"));
}

static void phases_have_mean_and_most_of_the_ranks(void **state)
{
    (void)state;
    struct ls_layer layers[2];
    struct ls_bench_layer rows[2];
    struct ls_bench_job job = two_layers(layers, rows);
    char text[TEXT];
    write_to(text, ls_bench_report, &job);
    assert_non_null(strstr(text, "  forward         3.000      4.000    30.0%"));
    assert_non_null(strstr(text, "  the rest        1.000      1.000    10.0%\n"));
    assert_non_null(strstr(text, "  peak memory of a rank: 4.0 MiB (mean 3.0)\n"));
    job.ranks = 1;
    write_to(text, ls_bench_report, &job);
    assert_non_null(strstr(text, "  forward         3.000    30.0%"));
}

static void the_machine_alone_needs_no_job(void **state)
{
    (void)state;
    char text[TEXT];
    write_to(text, ls_bench_report, NULL);
    assert_non_null(strstr(text, "this machine: 4 cores, AVX2\n"));
    assert_non_null(strstr(text, "2 ranks x 2 threads at once"));
    assert_null(strstr(text, "layer"));
    write_to(text, ls_bench_json, NULL);
    assert_string_equal(
        text, "{\"machine\": {\"cores\": 4, \"vectors\": \"AVX2\", \"core\": {\"gflops\": 100, "
              "\"copy_gb_s\": 20, \"triad_gb_s\": 10}, \"ranks\": 2, \"threads\": 2, \"all\": "
              "{\"gflops\": 400, \"copy_gb_s\": 40, \"triad_gb_s\": 30}}}\n");
}

static void json_says_the_same(void **state)
{
    (void)state;
    struct ls_layer layers[2];
    struct ls_bench_layer rows[2];
    const struct ls_bench_job job = two_layers(layers, rows);
    char text[TEXT];
    write_to(text, ls_bench_json, &job);
    assert_non_null(strstr(text, "\"forward\": {\"mean\": 3, \"max\": 4}"));
    assert_non_null(strstr(text, "{\"name\": \"first \\\"one\\\"\", \"kind\": \"conv\", "
                                 "\"output\": \"(8, 4, 4)\", \"forward\": {\"ms\": 2, "
                                 "\"gflops\": 150}"));
    assert_non_null(strstr(text, "\"backward\": {\"ms\": 0}, \"exchange_ms\": 0.5}]"));
}

static void json_escapes_and_knows_no_nan(void **state)
{
    (void)state;
    char text[256] = "";
    FILE *const file = tmpfile();
    assert_non_null(file);
    struct ls_json json = {.file = file};
    ls_json_open(&json, NULL, '{');
    ls_json_text(&json, "a\\b", "line\n");
    ls_json_open(&json, "list", '[');
    ls_json_number(&json, NULL, (double)NAN);
    ls_json_number(&json, NULL, -0.125);
    ls_json_close(&json, ']');
    ls_json_open(&json, "empty", '{');
    ls_json_close(&json, '}');
    ls_json_close(&json, '}');
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    assert_string_equal(text,
                        "{\"a\\\\b\": \"line\\u000a\", \"list\": [null, -0.125], \"empty\": {}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layer_has_its_rate_and_its_share_of_a_ranks_peak),
        cmocka_unit_test(layers_of_a_kind_are_added_up),
        cmocka_unit_test(phases_have_mean_and_most_of_the_ranks),
        cmocka_unit_test(the_machine_alone_needs_no_job),
        cmocka_unit_test(json_says_the_same),
        cmocka_unit_test(json_escapes_and_knows_no_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
