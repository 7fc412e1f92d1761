/* What the tests of all losses share: two samples of three outputs whose losses and gradients
 * torch gave, finite differences, and saturation. */
#ifndef LOCKSTEP_TESTS_LOSSES_CHECK_H
#define LOCKSTEP_TESTS_LOSSES_CHECK_H

#include "src/losses/loss.h"
#include "tests/src/close.h"
#include "tests/src/nodes.h"

enum { N = 2, K = 3, LEN = N * K };

static const real outputs[LEN] = {1.5, -0.25, 0.75, -2.0, 0.5, 3.0};
static const int32_t classes[N] = {2, 0};
static const real labels[LEN] = {1, 0, 1, 0, 0, 1};
static const real values[LEN] = {1.0, -2.0, 0.75, -1.5, 3.0, 2.5};

static inline struct ls_targets targets_of(const struct ls_loss *loss)
{
    if (loss->ops->target == LS_TARGET_CLASS)
        return (struct ls_targets){.classes = classes};
    return (struct ls_targets){.values = loss->ops->multi_label ? labels : values};
}

static inline struct ls_loss planned(const struct ls_node *node)
{
    struct ls_loss loss;
    assert_int_equal(ls_loss_parse(&loss, node, &nodes_arena), LS_OK);
    assert_int_equal(ls_loss_plan(&loss, K, NULL, &nodes_arena), LS_OK);
    return loss;
}

/* The loss of the batch, sum of values over sum of weights, and its gradient, are torch's. */
static inline void assert_torch(const struct ls_loss *loss, double value, const double *gradient)
{
    real dz[LEN];
    const struct ls_loss_sum sum = ls_loss_run(loss, N, outputs, targets_of(loss), dz);
    assert_close(sum.value / sum.weight, value, 1e-14);
    for (size_t i = 0; i < LEN; i++)
        assert_close((double)dz[i] / sum.weight, gradient[i], 1e-14);
    const struct ls_loss_sum again = ls_loss_run(loss, N, outputs, targets_of(loss), NULL);
    assert_true(again.value == sum.value && again.weight == sum.weight);
}

/* Two losses agree on the values, the weights and the gradient of the samples. */
static inline void assert_same(const struct ls_loss a, const struct ls_loss b)
{
    real dz[LEN], expected[LEN];
    const struct ls_loss_sum got = ls_loss_run(&a, N, outputs, targets_of(&a), dz);
    const struct ls_loss_sum sum = ls_loss_run(&b, N, outputs, targets_of(&b), expected);
    assert_close(got.value, sum.value, 1e-14);
    assert_close(got.weight, sum.weight, 0);
    for (size_t i = 0; i < LEN; i++)
        assert_close((double)dz[i], (double)expected[i], 1e-14);
}

/* The slope along a direction is that of central differences, at outputs stretched by `scale`. */
static inline void assert_slope(const struct ls_loss *loss, double scale)
{
    const double step = 1e-6, direction[LEN] = {0.3, -0.7, 0.5, 0.9, 0.2, -0.4};
    real z[LEN], up[LEN], down[LEN], dz[LEN];
    double slope = 0;
    for (size_t i = 0; i < LEN; i++) {
        z[i] = outputs[i] * LS_R(scale) + LS_R(0.0625);
        up[i] = z[i] + LS_R(step * direction[i]);
        down[i] = z[i] - LS_R(step * direction[i]);
    }
    const struct ls_targets targets = targets_of(loss);
    (void)ls_loss_run(loss, N, z, targets, dz);
    for (size_t i = 0; i < LEN; i++)
        slope += (double)dz[i] * direction[i];
    const double rise = ls_loss_run(loss, N, up, targets, NULL).value -
                        ls_loss_run(loss, N, down, targets, NULL).value;
    assert_close(rise / (2 * step), slope, 1e-7 * (1 + fabs(slope)));
}

/* Outputs of size 1e4, for and against every target: nothing overflows, nothing is NaN. */
static inline void assert_finite_at_saturation(const struct ls_loss *loss)
{
    for (unsigned signs = 0; signs < 1u << K; signs++) {
        real z[LEN], dz[LEN];
        for (size_t i = 0; i < LEN; i++)
            z[i] = signs >> (i % K) & 1 ? LS_R(1e4) : LS_R(-1e4);
        const struct ls_loss_sum sum = ls_loss_run(loss, N, z, targets_of(loss), dz);
        assert_true(isfinite(sum.value) && isfinite(sum.weight));
        for (size_t i = 0; i < LEN; i++)
            assert_true(isfinite(dz[i]));
    }
}

static inline int release_nodes(void **state)
{
    (void)state;
    ls_arena_release(&nodes_arena);
    return 0;
}

#endif
