/* What may be done to the gradient and the weights of a step: adaptive clipping by tensor, noise,
 * a largest norm for each output's weights, learning rates by layer; each against plain formulas
 * and with the same bits on any number of ranks. */
#include "tests/comm/peers.h"

#include "tests/bench.h"

#include <math.h>
#include <string.h>

static const char model[] = "- conv: {out: 5, kernel: 3, bias: false}\n"
                            "- bn\n"
                            "- relu\n"
                            "- flatten\n"
                            "- dense: {out: 20, lr_scale: 0.25}\n"
                            "- elu\n"
                            "- dense: 3\n";
static const struct bench_setup plain = {
    .model = model, .input = {3, 2, 6, 6}, .samples = 29, .batch = 29};

enum { MOST = 8192 };
static real before[MOST], after[MOST], gradient[MOST];

/* One step, with the parameters before and after it; the gradient when it is asked for. */
static bool step(const struct bench_setup *setup, const struct ls_peers *peers, bool with_gradient)
{
    struct bench b;
    struct ls_record record;
    bench_init(&b, setup, peers);
    const struct ls_batch *const batch = ls_loader_next(b.loader);
    const size_t bytes = b.model.n_params * sizeof(real);
    memcpy(before, b.model.params, bytes);
    if (with_gradient)
        (void)bench_gradient(&b, batch, gradient);
    const bool good = ls_trainer_step(&b.trainer, batch, false, &record) == LS_OK;
    memcpy(after, b.model.params, bytes);
    bench_release(&b);
    return good;
}

static double norm(const real *v, size_t len)
{
    double sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += (double)v[i] * (double)v[i];
    return sqrt(sum);
}

static bool is_near(double a, double b)
{
    return fabs(a - b) <= 1e-4 * fabs(b) + 1e-9;
}

/* The layers of `model`, to know where their parameters lie. */
static struct ls_model lay_out(struct ls_arena *arena)
{
    struct ls_model m;
    ls_arena_init(arena);
    if (ls_model_create(&m, bench_yaml(model, arena), plain.input, ls_engine_find(NULL), 1, NULL,
                        arena) != LS_OK)
        fail_msg("%s", ls_message());
    return m;
}

static bool has_the_bits_of_one_rank(const struct bench_setup *setup, const struct ls_peers *peers)
{
    static real one[MOST];
    const struct ls_peers alone = ls_peers_alone();
    bool good = step(setup, &alone, false);
    memcpy(one, after, sizeof one);
    good = step(setup, peers, false) && good;
    return good && memcmp(one, after, sizeof one) == 0 && memcmp(one, before, sizeof one) != 0;
}

static void adaptive_clipping_bounds_each_tensor_by_its_own_norm(void **state)
{
    struct bench_setup setup = plain;
    setup.clip.adaptive = 0.02;
    struct ls_arena arena;
    const struct ls_model m = lay_out(&arena);
    bool good = step(&setup, *state, true);
    size_t clipped = 0, free = 0;
    for (int l = 0; l < m.n_layers; l++)
        for (int i = 0; i < m.layers[l].n_params; i++) {
            const size_t at = m.layers[l].params[i].offset, len = m.layers[l].params[i].len;
            const double g = norm(gradient + at, len), w = fmax(norm(before + at, len), 1e-3);
            const double factor = g > 0.02 * w ? 0.02 * w / g : 1;
            const double lr = 0.1 * m.layers[l].lr_scale;
            *(factor < 1 ? &clipped : &free) += 1;
            for (size_t e = at; e < at + len; e++) {
                const double moved = (double)before[e] - (double)after[e];
                good = good && fabs(moved - lr * factor * (double)gradient[e]) < 1e-6;
            }
        }
    ls_arena_release(&arena);
    assert_all_ranks(good && clipped > 1 && free > 0);
}

static void a_learning_rate_is_scaled_by_layer(void **state)
{
    struct ls_arena arena;
    const struct ls_model m = lay_out(&arena);
    bool good = step(&plain, *state, true);
    for (int l = 0; l < m.n_layers; l++) {
        const size_t at = ls_layer_params_begin(&m.layers[l]);
        const size_t len = ls_layer_params_len(&m.layers[l]);
        real moved[MOST];
        for (size_t e = 0; e < len; e++)
            moved[e] = before[at + e] - after[at + e];
        good = good &&
               is_near(norm(moved, len), 0.1 * m.layers[l].lr_scale * norm(gradient + at, len));
    }
    ls_arena_release(&arena);
    assert_all_ranks(good);
}

static void max_norm_bounds_the_weights_of_each_output(void **state)
{
    struct bench_setup setup = plain;
    static real free[MOST];
    struct ls_arena arena;
    const struct ls_model m = lay_out(&arena);
    bool good = step(&setup, *state, false);
    memcpy(free, after, sizeof free);
    setup.penalty.max_norm = 0.57;
    good = step(&setup, *state, false) && good;
    size_t bounded = 0, untouched = 0;
    for (int l = 0; l < m.n_layers; l++) {
        const struct ls_layer *const layer = &m.layers[l];
        if (layer->n_params == 0)
            continue;
        const bool weighs = strcmp(layer->ops->kind, "bn") != 0;
        const size_t rows = layer->params[0].dims[0], len = layer->params[0].len / rows;
        for (size_t row = 0; row < rows; row++) {
            const size_t at = layer->params[0].offset + row * len;
            const double was = norm(free + at, len);
            const double factor = weighs && was > 0.57 ? 0.57 / was : 1;
            *(factor < 1 ? &bounded : &untouched) += weighs;
            for (size_t e = at; e < at + len; e++)
                good = good && fabs((double)after[e] - factor * (double)free[e]) < 1e-6;
        }
    }
    ls_arena_release(&arena);
    assert_all_ranks(good && bounded > 3 && untouched > 3);
}

static void noise_is_added_to_the_gradient_after_clipping(void **state)
{
    struct bench_setup setup = plain;
    static real quiet[MOST];
    bool good = step(&setup, *state, false);
    memcpy(quiet, after, sizeof quiet);
    setup.noise = (struct ls_noise){.eta = 0.04, .gamma = 0.55};
    setup.clip.value = 1e30;
    good = step(&setup, *state, false) && good;
    struct ls_arena arena;
    const struct ls_model m = lay_out(&arena);
    for (int l = 0; l < m.n_layers; l++)
        for (int i = 0; i < m.layers[l].n_params; i++) {
            const size_t at = m.layers[l].params[i].offset, len = m.layers[l].params[i].len;
            real noise[MOST] = {0};
            ls_noise_add(&setup.noise, 1, 0, at, len, noise);
            for (size_t e = 0; e < len; e++)
                good = good && fabs((double)quiet[at + e] - (double)after[at + e] -
                                    0.1 * m.layers[l].lr_scale * (double)noise[e]) < 1e-6;
        }
    ls_arena_release(&arena);
    assert_all_ranks(good);
}

static void each_has_the_bits_of_one_rank(void **state)
{
    struct bench_setup adaptive = plain, noisy = plain, bounded = plain, all = plain;
    adaptive.clip.adaptive = 0.02;
    noisy.noise.eta = 0.1;
    bounded.penalty.max_norm = 0.57;
    all.clip.adaptive = 0.03;
    all.noise.eta = 0.2;
    all.penalty.max_norm = 0.5;
    all.threads = 2;
    all.shards = 16;
    assert_all_ranks(has_the_bits_of_one_rank(&adaptive, *state));
    assert_all_ranks(has_the_bits_of_one_rank(&noisy, *state));
    assert_all_ranks(has_the_bits_of_one_rank(&bounded, *state));
    assert_all_ranks(has_the_bits_of_one_rank(&all, *state));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adaptive_clipping_bounds_each_tensor_by_its_own_norm),
        cmocka_unit_test(a_learning_rate_is_scaled_by_layer),
        cmocka_unit_test(max_norm_bounds_the_weights_of_each_output),
        cmocka_unit_test(noise_is_added_to_the_gradient_after_clipping),
        cmocka_unit_test(each_has_the_bits_of_one_rank),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
