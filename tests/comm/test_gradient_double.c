/* The gradient of whole models over all ranks against finite differences of the global loss, in
 * double: batch-norm, branches, weights of classes, short batches. On one rank it is the same
 * check over several shards. */
#include "tests/comm/peers.h"

#include <math.h>
#include <string.h>

#include "tests/bench.h"

static const char branches[] = "- conv: {out: 4, kernel: 3, pad: same, bias: false}\n"
                               "- bn\n"
                               "- gelu: {name: a}\n"
                               "- residual:\n"
                               "    body:\n"
                               "    - conv: {out: 6, kernel: 3, stride: 2, pad: 1}\n"
                               "    - bn\n"
                               "    - silu\n"
                               "    - conv: {out: 6, kernel: 1}\n"
                               "    shortcut:\n"
                               "    - conv: {out: 6, kernel: 1, stride: 2}\n"
                               "    - bn\n"
                               "- tanh: {name: b}\n"
                               "- max_pool: {from: a, size: 2, name: c}\n"
                               "- concat: {from: [b, c, b]}\n"
                               "- conv: {out: 6, kernel: 3, pad: same, groups: 2}\n"
                               "- add: {from: [concat1, concat1], name: twice}\n"
                               "- conv: {out: 6, kernel: 1, from: twice}\n"
                               "- add: {from: [conv6, conv5, b, b]}\n"
                               "- dropout: 0\n"
                               "- repeat:\n"
                               "    times: 2\n"
                               "    body:\n"
                               "    - residual:\n"
                               "      - dropout: 0.3\n"
                               "      - conv: {out: 6, kernel: 3, pad: same}\n"
                               "      - elu\n"
                               "- avg_pool: 2\n"
                               "- flatten\n"
                               "- dense: 5\n"
                               "- bn\n"
                               "- sigmoid\n"
                               "- dense: 3\n";

static const struct bench_setup plain = {
    .model = branches, .input = {3, 2, 8, 8}, .samples = 26, .batch = 12};

/* Central difference of the loss along `d`, and the gradient's part along it. */
static bool agrees(struct bench *b, const struct ls_batch *batch, const real *gradient,
                   const real *d)
{
    const double h = 1e-6; /* batch-norm over two samples is all but a step */
    real *const kept = ls_arena_get(&b->arena, b->model.n_params, sizeof *kept);
    memcpy(kept, b->model.params, b->model.n_params * sizeof *kept);
    ls_meet(&b->peers); /* before one of the ranks that share them moves them */
    double loss[2], expected = 0, size = 0;
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < b->model.n_params; i++)
            b->model.params[i] = kept[i] + LS_R((side ? h : -h) * (double)d[i]);
        loss[side] = bench_loss(b, batch);
    }
    memcpy(b->model.params, kept, b->model.n_params * sizeof *kept);
    for (size_t i = 0; i < b->model.n_params; i++) {
        expected += (double)(gradient[i] * d[i]);
        size += fabs((double)(gradient[i] * d[i]));
    }
    const double got = (loss[1] - loss[0]) / (2 * h);
    if (fabs(got - expected) <= 1e-6 * size + 5e-8)
        return true;
    print_error("along the direction the loss rises by %.12g, the gradient says %.12g\n", got,
                expected);
    return false;
}

/* Directions: all tensors that are trained together or, with `each`, one after another, so that
 * none hides behind the others. */
static bool gradient_is_right(struct bench *b, uint64_t step, bool each)
{
    bench_load(b, step);
    const struct ls_batch *const batch = ls_loader_next(b->loader);
    const size_t len = b->model.n_params;
    real *const gradient = ls_arena_get(&b->arena, len, sizeof *gradient);
    real *const d = ls_arena_get(&b->arena, len, sizeof *d);
    bool good = isfinite(bench_gradient(b, batch, gradient)) && batch->status == LS_OK;
    for (int l = 0; l < b->model.n_layers; l++) {
        const struct ls_layer *const layer = &b->model.layers[l];
        for (int i = 0; i < layer->n_params && !layer->frozen; i++) {
            const struct ls_param *const p = &layer->params[i];
            for (size_t e = p->offset; e < p->offset + p->len; e++)
                d[e] = LS_R(memory_random(e));
            if (!each)
                continue;
            if (!agrees(b, batch, gradient, d)) {
                print_error("in %s/%s\n", layer->name, p->name);
                good = false;
            }
            memset(d, 0, len * sizeof *d);
        }
    }
    return (each || agrees(b, batch, gradient, d)) && good;
}

/* The full batch at step 0 and the short one that ends the epoch. */
static bool gradients_are_right(const struct bench_setup *setup, const struct ls_peers *peers,
                                bool each)
{
    struct bench b;
    bench_init(&b, setup, peers);
    bool good = gradient_is_right(&b, 0, each);
    good = gradient_is_right(&b, b.plan.steps_per_epoch - 1, each) && good;
    bench_release(&b);
    return good;
}

static void gradient_matches_finite_differences(void **state)
{
    assert_all_ranks(gradients_are_right(&plain, *state, true));
}

static void gradient_matches_with_more_shards_than_samples(void **state)
{
    struct bench_setup setup = plain;
    setup.shards = 32;
    assert_all_ranks(gradients_are_right(&setup, *state, false));
}

static void gradient_matches_with_threads(void **state)
{
    struct bench_setup setup = plain;
    setup.threads = 2;
    setup.shards = 13;
    assert_all_ranks(gradients_are_right(&setup, *state, false));
}

static void gradient_matches_with_class_weights(void **state)
{
    struct bench_setup setup = plain;
    setup.loss = "{cross_entropy: {class_weights: [0.2, 3, 1.5], label_smoothing: 0.1}}";
    assert_all_ranks(gradients_are_right(&setup, *state, false));
    setup.loss = "{focal: {gamma: 1.5, class_weights: [0.2, 3, 1.5]}}";
    assert_all_ranks(gradients_are_right(&setup, *state, false));
}

/* The chosen examples stay the same within the step of a difference. */
static void gradient_matches_for_chosen_examples(void **state)
{
    static const char *const losses[] = {
        "{ldam: {scale: 2, class_counts: [9, 2, 30], mine: {keep: 0.4}}}",
        "{balanced_softmax: {class_counts: [9, 2, 30], class_weights: [0.2, 3, 1.5], mine: "
        "{negatives_per_positive: 0.3}}}",
        "{bce: {mine: {keep: 0.3}}}"};
    struct bench_setup setup = plain;
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        setup.loss = losses[i];
        assert_all_ranks(gradients_are_right(&setup, *state, false));
    }
}

static void gradient_matches_for_every_loss_of_values(void **state)
{
    static const char *const losses[] = {"bce", "mse", "{huber: {delta: 0.5}}",
                                         "{focal_bce: {gamma: 0.5, alpha: 0.3}}"};
    struct bench_setup setup = plain;
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        setup.loss = losses[i];
        assert_all_ranks(gradients_are_right(&setup, *state, false));
    }
}

static void gradient_matches_beside_frozen_layers(void **state)
{
    static const char *const frozen[] = {"conv1", "bn1", "bn2", "conv5", "dense1"};
    struct bench_setup setup = plain;
    for (size_t i = 0; i < sizeof frozen / sizeof *frozen; i++) {
        setup.freeze = frozen[i];
        assert_all_ranks(gradients_are_right(&setup, *state, false));
    }
}

/* One sample in the last batch: batch-norm still has its area to look over. */
static void gradient_matches_for_a_last_batch_of_one_sample(void **state)
{
    const struct bench_setup setup = {.model = "- conv: {out: 3, kernel: 3}\n"
                                               "- bn\n"
                                               "- silu\n"
                                               "- global_avg_pool\n"
                                               "- dense: 2\n",
                                      .input = {2, 2, 1, 9},
                                      .samples = 17,
                                      .batch = 8};
    assert_all_ranks(gradients_are_right(&setup, *state, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradient_matches_finite_differences),
        cmocka_unit_test(gradient_matches_with_more_shards_than_samples),
        cmocka_unit_test(gradient_matches_with_threads),
        cmocka_unit_test(gradient_matches_with_class_weights),
        cmocka_unit_test(gradient_matches_for_every_loss_of_values),
        cmocka_unit_test(gradient_matches_for_chosen_examples),
        cmocka_unit_test(gradient_matches_beside_frozen_layers),
        cmocka_unit_test(gradient_matches_for_a_last_batch_of_one_sample),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
