#include "tests/bench.h"

#include <string.h>

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

static const struct ls_shape image = {3, 3, 8, 8};

static ls_status create(struct ls_model *model, const char *text, uint64_t seed, const char *freeze)
{
    const struct ls_model_init init = {.freeze = {freeze != NULL, &freeze}};
    return ls_model_create(model, bench_yaml(text, &arena), image, ls_engine_find(NULL), seed,
                           &init, &arena);
}

static void expect_refusal(const char *text, const char *message)
{
    struct ls_model model;
    assert_int_equal(create(&model, text, 1, NULL), LS_USAGE);
    assert_string_equal(ls_message(), message);
}

static const char net[] = "- conv: {out: 4, kernel: 3, bias: false}\n"
                          "- bn\n"
                          "- conv: {out: 5, kernel: [3, 1]}\n"
                          "- global_avg_pool\n"
                          "- dense: 2\n";

static void slabs_are_aligned_apart_and_summed_tensors_come_first(void **state)
{
    (void)state;
    struct ls_model m;
    assert_int_equal(create(&m, net, 1, NULL), LS_OK);
    assert_int_equal(m.n_weights, 4 * 27 + 8 + 5 * 12 + 5 + 10 + 2);
    size_t end[2] = {0, m.n_summed}; /* of summed tensors, and of those with an exchange */
    for (int l = 0; l < m.n_layers; l++) {
        const struct ls_layer *const layer = &m.layers[l];
        size_t *const at = &end[layer->backward_len > 0];
        assert_true(layer->n_params == 0 || ls_layer_params_begin(layer) == *at);
        for (int i = 0; i < layer->n_params; i++) {
            assert_int_equal(layer->params[i].offset, *at);
            assert_int_equal(*at % 16, 0);
            *at += (layer->params[i].len + 15) / 16 * 16;
            for (size_t e = layer->params[i].offset + layer->params[i].len; e < *at; e++)
                assert_true(m.params[e] == 0);
        }
        assert_true(layer->n_params == 0 ||
                    ls_layer_params_begin(layer) + ls_layer_params_len(layer) == *at);
    }
    assert_int_equal(end[0], m.n_summed);
    assert_int_equal(end[1], m.n_params);
}

static void initial_values_are_uniform_within_the_bound_and_keyed_by_the_seed(void **state)
{
    (void)state;
    struct ls_model a, b, c;
    assert_int_equal(create(&a, "[flatten, {dense: 100}]", 1, NULL), LS_OK);
    assert_int_equal(create(&b, "[flatten, {dense: 100}]", 1, NULL), LS_OK);
    assert_int_equal(create(&c, "[flatten, {dense: 100}]", 2, NULL), LS_OK);
    assert_memory_equal(a.params, b.params, a.n_params * sizeof(real));
    const struct ls_param *const weight = &a.layers[1].params[0];
    double sum = 0, squares = 0, largest = 0;
    size_t same = 0;
    for (size_t i = 0; i < weight->len; i++) {
        const double w = (double)a.params[weight->offset + i];
        sum += w;
        squares += w * w;
        largest = fabs(w) > largest ? fabs(w) : largest;
        same += a.params[weight->offset + i] == c.params[weight->offset + i];
    }
    const double n = (double)weight->len, bound = 1 / sqrt(192.0); /* torch.nn.Linear's */
    assert_true(largest <= bound && largest > 0.99 * bound);
    assert_true(fabs(sum / n) < 0.02 * bound);
    assert_true(fabs(squares / n - bound * bound / 3) < 0.02 * bound * bound);
    assert_true(same < 10);
}

static void batch_norm_begins_as_the_identity(void **state)
{
    (void)state;
    struct ls_model m;
    assert_int_equal(create(&m, net, 1, NULL), LS_OK);
    const struct ls_layer *const bn = ls_model_layer(&m, "bn1");
    for (size_t c = 0; c < 4; c++)
        assert_true(bn->param[0][c] == 1 && bn->param[1][c] == 0 && bn->buffer[0][c] == 0 &&
                    bn->buffer[1][c] == 1);
}

static void tensors_go_to_their_layout_in_files_and_back(void **state)
{
    (void)state;
    const struct ls_param param = {
        .axes = 4, .dims = {2, 3, 2, 2}, .channels_last = true, .len = 24};
    real memory[24], again[24];
    float file[24];
    for (int i = 0; i < 24; i++)
        memory[i] = LS_R(i);
    ls_param_to_file(&param, memory, file);
    for (size_t k = 0; k < 2; k++)
        for (size_t c = 0; c < 3; c++)
            for (size_t h = 0; h < 2; h++)
                for (size_t w = 0; w < 2; w++)
                    assert_true(file[((k * 3 + c) * 2 + h) * 2 + w] ==
                                (float)memory[((k * 2 + h) * 2 + w) * 3 + c]);
    ls_param_from_file(&param, file, again);
    assert_memory_equal(memory, again, sizeof memory);
}

static void a_layer_whose_output_nobody_reads_is_refused(void **state)
{
    (void)state;
    expect_refusal("- relu: {name: lost}\n- flatten: {from: input}\n- dense: 2\n",
                   "job.yaml:1:9: lost is read by no later entry: remove it, or name it in a from");
}

static void a_model_that_does_not_end_in_features_is_refused(void **state)
{
    (void)state;
    expect_refusal(
        "- conv: {out: 4, kernel: 3}\n",
        "job.yaml:1:1: the model's last entry gives (4, 6, 6), but a loss takes features "
        "(K): end with flatten or global_avg_pool and dense");
}

static void impossible_shapes_name_the_entry_and_the_sizes(void **state)
{
    (void)state;
    struct ls_model m;
    assert_int_equal(create(&m, "- relu\n- conv: {out: 4, kernel: 9, name: big}\n", 1, NULL),
                     LS_USAGE);
    assert_non_null(strstr(ls_message(), "job.yaml:2:9: big: "));
    assert_non_null(strstr(ls_message(), "(3, 8, 8)"));
    assert_int_equal(create(&m, "- residual:\n  - conv: {out: 4, kernel: 3, pad: 1}\n", 1, NULL),
                     LS_USAGE);
    assert_non_null(strstr(ls_message(), "residual1: "));
    assert_non_null(strstr(ls_message(), "(4, 8, 8)"));
    assert_non_null(strstr(ls_message(), "(3, 8, 8)"));
}

static void freezing_an_unknown_layer_names_the_nearest(void **state)
{
    (void)state;
    struct ls_model m;
    assert_int_equal(create(&m, net, 1, "conv1"), LS_OK);
    assert_true(ls_model_layer(&m, "conv1")->frozen);
    assert_false(ls_model_layer(&m, "conv2")->frozen);
    assert_int_equal(create(&m, net, 1, "cnv1"), LS_USAGE);
    assert_string_equal(ls_message(), "init.freeze: the model has no layer \"cnv1\" (did you mean "
                                      "\"conv1\"?)");
}

static void one_value_per_channel_is_refused_in_training(void **state)
{
    (void)state;
    struct ls_model m;
    static const char flat[] = "[flatten, bn, {dense: 2}]";
    assert_int_equal(create(&m, net, 1, NULL), LS_OK);
    assert_int_equal(ls_model_check_batch(&m, 1), LS_OK);
    assert_int_equal(create(&m, flat, 1, "bn1"), LS_OK);
    assert_int_equal(ls_model_check_batch(&m, 1), LS_OK);
    assert_int_equal(create(&m, flat, 1, NULL), LS_OK);
    assert_int_equal(ls_model_check_batch(&m, 2), LS_OK);
    assert_int_equal(ls_model_check_batch(&m, 1), LS_USAGE);
    assert_non_null(strstr(ls_message(), "job.yaml:1:11: bn1: a batch of 1 sample has one value "
                                         "per channel"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slabs_are_aligned_apart_and_summed_tensors_come_first),
        cmocka_unit_test(initial_values_are_uniform_within_the_bound_and_keyed_by_the_seed),
        cmocka_unit_test(batch_norm_begins_as_the_identity),
        cmocka_unit_test(tensors_go_to_their_layout_in_files_and_back),
        cmocka_unit_test(a_layer_whose_output_nobody_reads_is_refused),
        cmocka_unit_test(a_model_that_does_not_end_in_features_is_refused),
        cmocka_unit_test(impossible_shapes_name_the_entry_and_the_sizes),
        cmocka_unit_test(freezing_an_unknown_layer_names_the_nearest),
        cmocka_unit_test(one_value_per_channel_is_refused_in_training),
    };
    return cmocka_run_group_tests(tests, up, down);
}
