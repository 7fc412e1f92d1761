/* Initialisers: their moments, orthogonality, keys, and where they apply. */
#include "tests/bench.h"

#include <math.h>
#include <string.h>

#include "src/job/job.h"
#include "src/model/model.h"

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

/* A model on images (3, 8, 8) with `init:` of a job, NULL: none. */
static struct ls_model create(const char *text, const char *init)
{
    struct ls_job job;
    struct ls_model model;
    const char *const yaml =
        ls_arena_printf(&arena,
                        "data: {train: t.h5}\nbatch: 1\nsteps: 1\nloss: mse\noptimizer: sgd\n"
                        "model:\n%s\n%s\n",
                        text, init ? init : "");
    if (ls_job_parse(&job, bench_yaml(yaml, &arena), "", &arena) != LS_OK ||
        ls_model_create(&model, job.model, (struct ls_shape){3, 3, 8, 8}, ls_engine_find(NULL), 1,
                        &job.init.model, &arena) != LS_OK)
        fail_msg("%s", ls_message());
    return model;
}

static void expect_refusal(const char *text, const char *init, const char *message)
{
    struct ls_job job;
    struct ls_model model;
    const char *const yaml =
        ls_arena_printf(&arena,
                        "data: {train: t.h5}\nbatch: 1\nsteps: 1\nloss: mse\noptimizer: sgd\n"
                        "model:\n%s\n%s\n",
                        text, init);
    ls_status status = ls_job_parse(&job, bench_yaml(yaml, &arena), "", &arena);
    if (status == LS_OK)
        status = ls_model_create(&model, job.model, (struct ls_shape){3, 3, 8, 8},
                                 ls_engine_find(NULL), 1, &job.init.model, &arena);
    assert_int_equal(status, LS_USAGE);
    assert_string_equal(ls_message(), message);
}

struct moments {
    double mean, deviation, most;
};

static struct moments measure(const struct ls_layer *layer, int i)
{
    struct moments m = {0};
    const size_t len = layer->params[i].len;
    for (size_t e = 0; e < len; e++) {
        const double w = (double)layer->param[i][e];
        m.mean += w / (double)len;
        m.deviation += w * w;
        m.most = fmax(m.most, fabs(w));
    }
    m.deviation = sqrt(m.deviation / (double)len - m.mean * m.mean);
    return m;
}

static bool is_near(double a, double b)
{
    return fabs(a - b) < 0.03 * b;
}

/* fan-in 192, fan-out 300 */
static const char dense[] = "- flatten\n- dense: 300\n";

static void he_and_xavier_have_their_variance(void **state)
{
    (void)state;
    struct ls_model m = create(dense, "init: {weights: he}");
    assert_true(is_near(measure(&m.layers[1], 0).deviation, sqrt(2.0 / 192)));
    assert_true(fabs(measure(&m.layers[1], 0).mean) < 0.002);
    assert_true(measure(&m.layers[1], 0).most > 3.5 * sqrt(2.0 / 192)); /* it has tails */
    assert_true(measure(&m.layers[1], 1).most == 0);
    m = create(dense, "init: {weights: xavier}");
    assert_true(is_near(measure(&m.layers[1], 0).deviation, sqrt(2.0 / 492)));
    assert_true(measure(&m.layers[1], 0).most <= sqrt(6.0 / 492));
    assert_true(measure(&m.layers[1], 0).most > 0.99 * sqrt(6.0 / 492));
}

static void fans_of_a_convolution_count_its_window_and_groups(void **state)
{
    (void)state;
    const char conv[] = "- conv: {out: 600, kernel: [3, 5], groups: 3}\n- global_avg_pool\n";
    struct ls_model m = create(conv, "init: {weights: he}");
    assert_true(is_near(measure(&m.layers[0], 0).deviation, sqrt(2.0 / 15)));
    m = create(conv, "init: {weights: xavier}");
    assert_true(is_near(measure(&m.layers[0], 0).deviation, sqrt(2.0 / (15 + 600 * 15))));
}

static void normal_takes_its_deviation(void **state)
{
    (void)state;
    const struct ls_model m = create(dense, "init: {weights: {normal: 0.02}}");
    assert_true(is_near(measure(&m.layers[1], 0).deviation, 0.02));
}

static void orthogonal_has_orthonormal_rows_or_columns(void **state)
{
    (void)state;
    const char *const text = "- flatten\n- dense: 50\n- dense: 70\n";
    const struct ls_model m = create(text, "init: {weights: orthogonal}");
    for (int l = 1; l < 3; l++) {
        const size_t rows = m.layers[l].params[0].dims[0], columns = m.layers[l].params[0].dims[1];
        const real *const w = m.layers[l].param[0];
        const size_t n = rows < columns ? rows : columns, len = rows < columns ? columns : rows;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++) {
                double dot = 0;
                for (size_t k = 0; k < len; k++)
                    dot += rows < columns ? (double)w[i * columns + k] * (double)w[j * columns + k]
                                          : (double)w[k * columns + i] * (double)w[k * columns + j];
                assert_true(fabs(dot - (i == j)) < 1e-6);
            }
    }
}

static void a_layer_may_choose_its_own_and_leaves_others_as_they_are(void **state)
{
    (void)state;
    const struct ls_model plain = create("- flatten\n- dense: 30\n- relu\n- dense: 20\n", NULL);
    const struct ls_model one =
        create("- flatten\n- dense: {out: 30, init: he}\n- relu\n- dense: 20\n", NULL);
    const struct ls_model back = create("- flatten\n- dense: {out: 30, init: default}\n- relu\n"
                                        "- {dense: 20, init: default}\n",
                                        "init: {weights: orthogonal}");
    const size_t first = plain.layers[1].params[0].len * sizeof(real);
    const size_t last = plain.layers[3].params[0].len * sizeof(real);
    assert_memory_not_equal(plain.layers[1].param[0], one.layers[1].param[0], first);
    assert_memory_equal(plain.layers[3].param[0], one.layers[3].param[0], last);
    assert_memory_equal(plain.params, back.params, plain.n_params * sizeof(real));
}

static void entries_around_layers_give_theirs(void **state)
{
    (void)state;
    const struct ls_model m =
        create("- flatten\n"
               "- repeat: {times: 2, lr_scale: 0.5, init: {normal: 0}, body: [{dense: {out: 9, "
               "lr_scale: 0.1}}, relu, residual: [{dense: {out: 9, init: he}}]]}\n"
               "- dense: {out: 2, lr_scale: 3}\n",
               NULL);
    assert_true(m.layers[1].lr_scale == 0.05 && measure(&m.layers[1], 0).most == 0);
    assert_true(m.layers[3].lr_scale == 0.5 && measure(&m.layers[3], 0).most > 0);
    assert_true(ls_model_layer(&m, "dense4")->lr_scale == 0.5);
    assert_true(ls_model_layer(&m, "dense5")->lr_scale == 3);
    assert_true(measure(ls_model_layer(&m, "dense5"), 0).most > 0);
    assert_true(m.layers[0].lr_scale == 1);
}

static void zero_last_bn_is_of_the_last_of_a_body_alone(void **state)
{
    (void)state;
    const char text[] = "- conv: {out: 4, kernel: 1}\n"
                        "- bn\n"
                        "- residual:\n"
                        "    body: [{conv: {out: 4, kernel: 1}}, bn, relu, "
                        "{conv: {out: 4, kernel: 1}}, bn]\n"
                        "    shortcut: [{conv: {out: 4, kernel: 1}}, bn]\n"
                        "- global_avg_pool\n";
    const struct ls_model m = create(text, "init: {zero_last_bn: true}");
    for (size_t c = 0; c < 4; c++) {
        assert_true(ls_model_layer(&m, "bn1")->param[0][c] == 1);
        assert_true(ls_model_layer(&m, "bn2")->param[0][c] == 1);
        assert_true(ls_model_layer(&m, "bn3")->param[0][c] == 0);
        assert_true(ls_model_layer(&m, "bn4")->param[0][c] == 1);
    }
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    expect_refusal(dense, "init: {weights: hee}",
                   "job.yaml:10:17: there is no initialiser \"hee\": default, he, xavier, "
                   "orthogonal, lsuv, {normal: STD}");
    expect_refusal(dense, "init: {weights: {he: 2}}", "job.yaml:10:22: he takes no arguments");
    expect_refusal("- {relu: , init: he}\n- flatten\n", "",
                   "job.yaml:7:12: relu has no weights that init could choose");
    expect_refusal("- flatten\n- dense: {out: 3, lr_scale: -1}\n", "",
                   "job.yaml:8:29: dense: lr_scale takes a number from 0 to 1000000, got \"-1\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(he_and_xavier_have_their_variance, up, down),
        cmocka_unit_test_setup_teardown(fans_of_a_convolution_count_its_window_and_groups, up,
                                        down),
        cmocka_unit_test_setup_teardown(normal_takes_its_deviation, up, down),
        cmocka_unit_test_setup_teardown(orthogonal_has_orthonormal_rows_or_columns, up, down),
        cmocka_unit_test_setup_teardown(a_layer_may_choose_its_own_and_leaves_others_as_they_are,
                                        up, down),
        cmocka_unit_test_setup_teardown(entries_around_layers_give_theirs, up, down),
        cmocka_unit_test_setup_teardown(zero_last_bn_is_of_the_last_of_a_body_alone, up, down),
        cmocka_unit_test_setup_teardown(what_cannot_be_is_refused, up, down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
