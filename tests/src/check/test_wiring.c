/* Every warning about a model's layers, and its neighbour that is healthy. */
#include "tests/src/check/facts.h"

static void a_healthy_network_raises_nothing(void **state)
{
    (void)state;
    assert_string_equal(find_on_images("- conv: {out: 4, kernel: 3, pad: same, bias: false}\n"
                                       "- bn\n"
                                       "- relu\n"
                                       "- dropout: 0.2\n"
                                       "- conv: {out: 4, kernel: 3, stride: 2, pad: 1}\n"
                                       "- silu\n"
                                       "- max_pool: 2\n"
                                       "- flatten\n"
                                       "- dense: 8\n"
                                       "- tanh\n"
                                       "- dense: 3\n"),
                        "");
}

static void a_stride_larger_than_its_window_is_found(void **state)
{
    (void)state;
    assert_string_equal(
        find_on_images("- conv: {out: 4, kernel: 2, stride: 3}\n"
                       "- relu\n"
                       "- avg_pool: {size: [2, 1], stride: [2, 2]}\n"
                       "- flatten\n"
                       "- tanh\n"
                       "- dense: 3\n"),
        "stride: job.yaml:7: conv1 moves by 3 with a window of 2: what lies between "
        "the windows is never seen; make the stride at most the kernel, or the "
        "kernel larger\n"
        "stride: job.yaml:9: avg_pool1 moves by 2 with a window of 1: what lies "
        "between the windows is never seen; make the stride at most the kernel, or "
        "the kernel larger\n");
}

static void a_shortcut_may_skip_what_the_body_sees(void **state)
{
    (void)state;
    assert_string_equal(
        find_on_images("- residual:\n"
                       "    body: [conv: {out: 4, kernel: 3, stride: 2, pad: 1}, relu,\n"
                       "           conv: {out: 4, kernel: 3, pad: same}]\n"
                       "    shortcut: [conv: {out: 4, kernel: 1, stride: 2}]\n"
                       "- relu\n"
                       "- global_avg_pool\n"
                       "- dense: 3\n"),
        "");
}

static void a_window_with_one_place_has_no_stride(void **state)
{
    (void)state;
    assert_string_equal(find_on_images("- avg_pool: {size: 16, stride: 20}\n"
                                       "- flatten\n"
                                       "- dense: 3\n"),
                        "");
}

static void linear_layers_without_an_activation_between_are_found(void **state)
{
    (void)state;
    assert_string_equal(find_on_features("- dense: 8\n"
                                         "- dropout: 0.5\n"
                                         "- dense: 3\n"),
                        "linear: job.yaml:9: nothing between dense1 and dense2 is nonlinear: "
                        "together they are one linear layer; put an activation between them, or "
                        "leave one out\n");
    assert_non_null(strstr(find_on_images("- conv: {out: 4, kernel: 3}\n"
                                          "- avg_pool: 2\n"
                                          "- flatten\n"
                                          "- dense: 3\n"),
                           "nothing between conv1 and dense1 is nonlinear"));
}

static void what_goes_around_an_activation_is_no_linear_layer(void **state)
{
    (void)state;
    /* a depthwise convolution and its pointwise one; a sum of two branches */
    assert_string_equal(find_on_images("- conv: {out: 3, kernel: 3, groups: 3}\n"
                                       "- conv: {out: 8, kernel: 1}\n"
                                       "- relu\n"
                                       "- conv: {out: 8, kernel: 1, name: a}\n"
                                       "- relu: {name: b}\n"
                                       "- conv: {out: 8, kernel: 1, from: a, name: c}\n"
                                       "- add: {from: [b, c]}\n"
                                       "- global_avg_pool\n"
                                       "- dense: 3\n"),
                        "");
}

static void outputs_that_are_squashed_before_a_loss_of_logits_are_found(void **state)
{
    (void)state;
    const char *const text = find_on_features("- dense: 3\n"
                                              "- sigmoid\n");
    assert_non_null(strstr(text, "squashed: job.yaml:8: cross_entropy takes any number and has its "
                                 "own softmax or sigmoid, but sigmoid1 keeps the outputs within "
                                 "bounds"));
    assert_non_null(strstr(find_on_features("- dense: 3\n- relu\n"),
                           "cross_entropy takes any number, but relu1 leaves none below 0"));
    assert_string_equal(find_on_features("- dense: 3\n- elu\n"), "");
}

static void squashed_outputs_suit_other_losses(void **state)
{
    (void)state;
    const char rest[] = "data: {train: t.h5}\nbatch: 100\nepochs: 1\n"
                        "optimizer: {sgd: {lr: 0.1}}\nmodel: [dense: 3, tanh]\n";
    char text[512];
    const uint64_t counts[] = {1, 1, 1};
    const char *const losses[] = {"mse", "ldam"};
    for (int i = 0; i < 2; i++) {
        (void)snprintf(text, sizeof text, "loss: %s\n%s", losses[i], rest);
        assert_string_equal(find_in(text, &(struct facts){.counts = i ? counts : NULL}), "");
    }
}

static void dropout_before_batch_norm_is_found(void **state)
{
    (void)state;
    assert_string_equal(
        find_on_features("- dense: {out: 8, bias: false}\n"
                         "- dropout: 0.5\n"
                         "- bn\n"
                         "- relu\n"
                         "- dense: 3\n"),
        "dropout: job.yaml:8: dropout1 comes before bn1, whose statistics then have "
        "another variance in training than at evaluation; move the dropout behind "
        "the batch-norm and its activation\n");
}

static void a_bias_before_batch_norm_is_found(void **state)
{
    (void)state;
    assert_string_equal(find_on_features("- dense: 8\n"
                                         "- bn\n"
                                         "- relu\n"
                                         "- dense: 3\n"),
                        "bias: job.yaml:7: the bias of dense1 is cancelled by bn1, which has its "
                        "own; give the layer bias: false\n");
}

static void a_bias_that_is_frozen_or_read_elsewhere_stays(void **state)
{
    (void)state;
    const char model[] = "- dense: 8\n- bn: {name: n}\n- relu\n- dense: 3\n";
    char text[8192];
    (void)snprintf(text, sizeof text, "%sinit: {freeze: [n]}\n", job_with(model));
    assert_string_equal(find_in(text, &(struct facts){0}), "");
    assert_string_equal(find_on_features("- dense: {out: 8, name: a}\n"
                                         "- bn\n"
                                         "- relu: {name: b}\n"
                                         "- relu: {from: a, name: c}\n"
                                         "- concat: [b, c]\n"
                                         "- dense: 3\n"),
                        "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_network_raises_nothing),
        cmocka_unit_test(a_stride_larger_than_its_window_is_found),
        cmocka_unit_test(a_shortcut_may_skip_what_the_body_sees),
        cmocka_unit_test(a_window_with_one_place_has_no_stride),
        cmocka_unit_test(linear_layers_without_an_activation_between_are_found),
        cmocka_unit_test(what_goes_around_an_activation_is_no_linear_layer),
        cmocka_unit_test(outputs_that_are_squashed_before_a_loss_of_logits_are_found),
        cmocka_unit_test(squashed_outputs_suit_other_losses),
        cmocka_unit_test(dropout_before_batch_norm_is_found),
        cmocka_unit_test(a_bias_before_batch_norm_is_found),
        cmocka_unit_test(a_bias_that_is_frozen_or_read_elsewhere_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
