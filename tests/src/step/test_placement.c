/* Where tensors lie does not change what is computed. */
#include "tests/bench.h"

#include <string.h>

static const char *const residuals = "- conv: {out: 4, kernel: 3, pad: same}\n"
                                     "- bn\n"
                                     "- relu\n"
                                     "- repeat:\n"
                                     "    times: 2\n"
                                     "    body:\n"
                                     "      - residual:\n"
                                     "          - conv: {out: 4, kernel: 3, pad: same}\n"
                                     "          - bn\n"
                                     "          - relu\n"
                                     "          - conv: {out: 4, kernel: 3, pad: same}\n"
                                     "          - bn\n"
                                     "      - relu\n"
                                     "- residual:\n"
                                     "    body:\n"
                                     "      - conv: {out: 6, kernel: 3, stride: 2, pad: 1}\n"
                                     "      - bn\n"
                                     "    shortcut:\n"
                                     "      - conv: {out: 6, kernel: 1, stride: 2}\n"
                                     "      - bn\n"
                                     "- tanh\n"
                                     "- global_avg_pool\n"
                                     "- dense: 3\n";

/* Activations one after another, sums of sums, one tensor read many times and by itself twice. */
static const char *const tangles = "- {conv: {out: 4, kernel: 3, pad: same}, name: a}\n"
                                   "- {relu: {}, name: b}\n"
                                   "- {dropout: {p: 0.3}, name: c}\n"
                                   "- {sigmoid: {}, name: d}\n"
                                   "- {add: [b, d], name: e}\n"
                                   "- {add: [e, e, a], name: f}\n"
                                   "- {gelu: {}, name: g}\n"
                                   "- {add: [g, f, c, c], name: h}\n"
                                   "- {elu: {}, name: i}\n"
                                   "- {leaky_relu: {}, from: h, name: j}\n"
                                   "- {add: [i, j, e], name: k}\n"
                                   "- {tanh: {}, name: l}\n"
                                   "- {concat: [k, l, b], name: m}\n"
                                   "- {max_pool: {size: 2}}\n"
                                   "- bn\n"
                                   "- silu\n"
                                   "- flatten\n"
                                   "- relu\n"
                                   "- {dense: 3}\n"
                                   "- selu\n";

/* A sum that reads one tensor twice beside others. */
static const char *const twice = "- {conv: {out: 4, kernel: 3, pad: same}, name: a}\n"
                                 "- {tanh: {}, name: b}\n"
                                 "- {conv: {out: 4, kernel: 3, pad: same}, name: c}\n"
                                 "- {conv: {out: 4, kernel: 3, pad: same}, from: b, name: d}\n"
                                 "- {add: [d, c, a, a]}\n"
                                 "- global_avg_pool\n"
                                 "- dense: 3\n";

static const char *const plain =
    "[{flatten: {}}, {dense: 12}, relu, {dense: 8}, bn, relu, {dropout: {p: 0.5}}, {dense: 3}]";

static void expect_same_gradient(const char *model, const char *freeze)
{
    const struct bench_setup setup = {.model = model,
                                      .freeze = freeze,
                                      .input = {3, 2, 6, 6},
                                      .samples = 41,
                                      .batch = 41,
                                      .shards = 4};
    const struct ls_peers alone = ls_peers_alone();
    struct bench b;
    bench_init(&b, &setup, &alone);
    const struct ls_batch *const batch = ls_loader_next(b.loader);
    const size_t len = b.model.n_params;
    real *const placed = ls_arena_get(&b.arena, len, sizeof *placed);
    real *const apart = ls_arena_get(&b.arena, len, sizeof *apart);
    (void)bench_gradient(&b, batch, placed);
    const double loss = bench_gradient(&b, batch, placed);
    const struct ls_workspace like = b.ws;
    assert_int_equal(ls_workspace_keep(&b.ws, &like, &b.arena), LS_OK);
    assert_true(like.placement.bytes < b.ws.placement.bytes);
    assert_true(bench_gradient(&b, batch, apart) == loss);
    assert_memory_equal(placed, apart, len * sizeof *placed);
    bench_release(&b);
}

static void a_residual_network_has_the_same_gradient(void **state)
{
    (void)state;
    expect_same_gradient(residuals, NULL);
}

static void tangled_layers_have_the_same_gradient(void **state)
{
    (void)state;
    expect_same_gradient(tangles, NULL);
}

static void a_tensor_added_twice_has_the_same_gradient(void **state)
{
    (void)state;
    expect_same_gradient(twice, NULL);
}

static void dense_layers_have_the_same_gradient(void **state)
{
    (void)state;
    expect_same_gradient(plain, NULL);
}

static void frozen_layers_have_the_same_gradient(void **state)
{
    (void)state;
    expect_same_gradient(residuals, "conv1");
    expect_same_gradient(tangles, "a");
    expect_same_gradient(plain, "dense1");
}

/* Two buffers in use during one group never share a byte. */
static void buffers_in_use_at_once_lie_apart(void **state)
{
    (void)state;
    const char *const models[] = {residuals, tangles, plain};
    for (int m = 0; m < 3; m++) {
        const struct bench_setup setup = {
            .model = models[m], .input = {3, 2, 6, 6}, .samples = 41, .batch = 41, .shards = 4};
        const struct ls_peers alone = ls_peers_alone();
        struct bench b;
        bench_init(&b, &setup, &alone);
        const struct ls_placement *const p = &b.ws.placement;
        for (int i = 0; i < p->n_buffers; i++) {
            const struct ls_buffer x = p->buffers[i];
            assert_true(x.place + x.bytes * b.ws.max_n <= p->bytes);
            for (int k = 0; k < i; k++) {
                const struct ls_buffer y = p->buffers[k];
                const bool at_once = x.begin <= y.end && y.begin <= x.end;
                const bool apart = x.place + x.bytes * b.ws.max_n <= y.place ||
                                   y.place + y.bytes * b.ws.max_n <= x.place;
                assert_true(!at_once || apart);
            }
        }
        bench_release(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_residual_network_has_the_same_gradient),
        cmocka_unit_test(tangled_layers_have_the_same_gradient),
        cmocka_unit_test(a_tensor_added_twice_has_the_same_gradient),
        cmocka_unit_test(dense_layers_have_the_same_gradient),
        cmocka_unit_test(frozen_layers_have_the_same_gradient),
        cmocka_unit_test(buffers_in_use_at_once_lie_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
