/* Batch-norm as the product runs it, in float: the tests of layers run in double. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/layers/layer.h"

enum { N = 64, MEAN = 1000 };

struct bench {
    struct ls_arena arena;
    struct ls_layer layer;
    struct ls_call call;
    real x[N], y[N], dy[N], dx[N];
    double mean, deviation, dgamma, dbeta; /* of x and dy, in double */
};

static real one = 1, zero = 0;

/* One channel of N values more than a hundred thousand deviations away from 0. */
static void make(struct bench *b)
{
    *b = (struct bench){.layer = {.ops = ls_layer_find("bn"), .n_in = 1, .in = {{1, 1, 1, 1}}}};
    ls_arena_init(&b->arena);
    b->layer.arena = &b->arena;
    void *args = ls_arena_get(&b->arena, 1, b->layer.ops->args_bytes);
    assert_int_equal(ls_options_parse(b->layer.ops->options, NULL, "bn", NULL, &b->arena, args),
                     LS_OK);
    b->layer.args = args;
    assert_int_equal(b->layer.ops->plan(&b->layer), LS_OK);
    b->layer.param[0] = &one;
    b->layer.param[1] = &zero;
    b->call = (struct ls_call){.n = N, .batch = N, .training = true, .x = {b->x}, .y = b->y};
    b->call.dy = b->dy;
    b->call.dx[0] = b->dx;
    for (int i = 0; i < N; i++) {
        b->x[i] = LS_R(MEAN + 0.01 * (i * 29 % N) / N);
        b->dy[i] = LS_R(i * 17 % N) / N;
        b->mean += (double)b->x[i] / N;
    }
    for (int i = 0; i < N; i++)
        b->deviation += pow((double)b->x[i] - b->mean, 2) / N;
    b->deviation = sqrt(b->deviation + 1e-5);
    for (int i = 0; i < N; i++) {
        b->dbeta += (double)b->dy[i];
        b->dgamma += (double)b->dy[i] * ((double)b->x[i] - b->mean) / b->deviation;
    }
}

static void bn_keeps_its_digits_when_the_mean_is_far_above_the_deviation(void **state)
{
    (void)state;
    struct bench b;
    make(&b);
    const struct ls_layer_ops *ops = b.layer.ops;
    double leaf[3];
    real dgamma, dbeta;
    ops->forward_leaf(&b.layer, &b.call, leaf);
    ops->forward_finish(&b.layer, leaf);
    ops->forward(&b.layer, &b.call);
    ops->backward_leaf(&b.layer, &b.call, leaf);
    ops->backward_finish(&b.layer, leaf, (real *[]){&dgamma, &dbeta});
    ops->backward(&b.layer, &b.call);
    for (int i = 0; i < N; i++) {
        const double xhat = ((double)b.x[i] - b.mean) / b.deviation;
        const double dx = ((double)b.dy[i] - b.dbeta / N - xhat * b.dgamma / N) / b.deviation;
        assert_true(fabs((double)b.y[i] - xhat) < 1e-6);
        assert_true(fabs((double)b.dx[i] - dx) < 1e-6 / b.deviation);
    }
    assert_true(fabs((double)dgamma - b.dgamma) < 1e-6 * fabs(b.dgamma) + 1e-6);
    assert_true(fabs((double)dbeta - b.dbeta) < 1e-6 * b.dbeta);
    ls_arena_release(&b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bn_keeps_its_digits_when_the_mean_is_far_above_the_deviation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
