/* Warnings about the numbers of a job. */
#include "tests/src/check/facts.h"

/* What is found of a job on 4 features with these parts. */
static const char *find(const char *loss, const char *optimizer, const char *top, size_t samples,
                        const uint64_t *counts)
{
    char text[512];
    (void)snprintf(text, sizeof text,
                   "data: {train: t.h5}\nepochs: 1\nmodel: [{dense: {out: 8, bias: false}}, bn, "
                   "relu, {dense: 3}]\nloss: %s\noptimizer: %s\n%s\n",
                   loss, optimizer, top);
    return find_in(text, &(struct facts){.samples = samples, .counts = counts});
}

static const char *find_lr(const char *optimizer)
{
    return find("cross_entropy", optimizer, "batch: 100", 1000, NULL);
}

static void a_class_weight_that_explodes_is_found(void **state)
{
    (void)state;
    const uint64_t counts[] = {5000, 10, 4000}, fair[] = {5000, 100, 4000};
    assert_string_equal(
        find("{cross_entropy: {class_weights: balanced}}", "sgd", "batch: 100", 1000, counts),
        "class_weights: job.yaml:4: a sample of class 1 weighs as much as 500 of "
        "class 0, and each batch that has one is ruled by it; try {effective: "
        "0.99}, a list with smaller numbers, or a focal loss\n");
    assert_string_equal(
        find("{cross_entropy: {class_weights: balanced}}", "sgd", "batch: 100", 1000, fair), "");
    assert_non_null(
        strstr(find("{focal: {class_weights: [0, 1, 1000]}}", "sgd", "batch: 100", 1000, NULL),
               "class 2 weighs as much as 1000 of class 1"));
}

static void a_learning_rate_out_of_range_is_found(void **state)
{
    (void)state;
    assert_string_equal(find_lr("{sgd: {lr: 10}}"),
                        "lr: job.yaml:5: lr 10 is out of the range that is usual for sgd, 1e-05 to "
                        "5; choose one within it; `lockstep lr_find` measures where to begin\n");
    assert_non_null(strstr(find_lr("{sgd: {lr: 1, momentum: 0.9}}"),
                           "lr 1 is out of the range that is usual for sgd with this momentum, "
                           "1e-06 to 0.5"));
    assert_non_null(strstr(find_lr("{adam: {lr: 0.1}}"), "usual for adam, 1e-06 to 0.03"));
    assert_non_null(strstr(find_lr("{adamw: {lr: 0}}"), "lr 0 is out of the range"));
    const char *const healthy[] = {"{sgd: {lr: 0.5}}",
                                   "{sgd: {lr: 0.2, momentum: 0.9, nesterov: true}}",
                                   "{adam: {lr: 0.01}}",
                                   "{adamw: {lr: 1e-5}}",
                                   "rmsprop",
                                   "{rmsprop: {lr: 0.002, momentum: 0.9}}",
                                   "adagrad"};
    for (size_t i = 0; i < sizeof healthy / sizeof *healthy; i++)
        assert_string_equal(find_lr(healthy[i]), "");
}

static void a_batch_too_small_for_batch_norm_is_found(void **state)
{
    (void)state;
    assert_string_equal(
        find("cross_entropy", "sgd", "batch: 4", 1000, NULL),
        "bn_batch: job.yaml:3: bn1 takes its statistics over a whole batch, and one "
        "of 4 samples has 4 values a channel; choose a batch that is larger, or of "
        "which the last one of an epoch keeps more\n");
    assert_non_null(strstr(find("cross_entropy", "sgd", "batch: 37", 37 * 5 + 3, NULL),
                           "one of 3 samples has 3 values"));
    assert_string_equal(find("cross_entropy", "sgd", "batch: 37", 37 * 5 + 4, NULL), "");
}

static void a_batch_that_suits_neither_shards_nor_data_is_found(void **state)
{
    (void)state;
    assert_string_equal(find("cross_entropy", "sgd", "batch: 10\nshards: 16", 1000, NULL),
                        "shards: job.yaml:7: 16 shards for a batch of 10: some stay empty; no more "
                        "ranks than samples have work; take fewer shards or a larger batch\n");
    assert_string_equal(find("cross_entropy", "sgd", "batch: 200", 150, NULL),
                        "batch: a batch of 200 is larger than the training set of 150: every step "
                        "is a whole epoch; make the batch smaller\n");
}

static void classes_that_are_made_up_for_twice_are_found(void **state)
{
    (void)state;
    const uint64_t counts[] = {900, 50, 50};
    const char *const balanced = "batch: 100\nsampler: {balance: sqrt}";
    assert_string_equal(find("balanced_softmax", "sgd", balanced, 1000, counts),
                        "balance: job.yaml:7: rare classes are made up for twice, by "
                        "sampler.balance and by balanced_softmax; leave one of them out\n");
    assert_non_null(
        strstr(find("{focal: {class_weights: balanced}}", "sgd", balanced, 1000, counts),
               "by sampler.balance and by class_weights of focal"));
    assert_string_equal(find("focal", "sgd", balanced, 1000, counts), "");
    assert_string_equal(find("balanced_softmax", "sgd", "batch: 100", 1000, counts), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_weight_that_explodes_is_found),
        cmocka_unit_test(a_learning_rate_out_of_range_is_found),
        cmocka_unit_test(a_batch_too_small_for_batch_norm_is_found),
        cmocka_unit_test(a_batch_that_suits_neither_shards_nor_data_is_found),
        cmocka_unit_test(classes_that_are_made_up_for_twice_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
