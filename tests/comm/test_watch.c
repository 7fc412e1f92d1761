/* The figures of a watched step: what plain sums over one rank give, and the same bits on any
 * number of ranks; and the step itself is the same with and without. */
#include "tests/comm/peers.h"

#include "tests/bench.h"

#include <math.h>
#include <string.h>

#include "src/step/watch.h"

static const struct bench_setup setup = {.model = "- conv: {out: 5, kernel: 3, bias: false}\n"
                                                  "- bn\n"
                                                  "- relu\n"
                                                  "- flatten\n"
                                                  "- dense: {out: 6, name: still}\n"
                                                  "- relu\n"
                                                  "- dense: 3\n",
                                         .freeze = "still",
                                         .input = {3, 2, 6, 6},
                                         .samples = 29,
                                         .batch = 29,
                                         .clip = {.norm = 0.1}};
enum { CONV, BN, RELU, FLATTEN, STILL, RELU2, DENSE, LAYERS };

/* One watched step; bench and watch are the caller's. */
static void step(struct bench *b, struct ls_watch *watch, const struct ls_peers *peers)
{
    struct ls_record record;
    bench_init(b, &setup, peers);
    if (ls_watch_init(watch, &b->trainer, &b->arena) != LS_OK)
        fail_msg("%s", ls_message());
    watch->on = true;
    /* the second rectifier has one channel that nothing wakes */
    real *const w = b->model.layers[STILL].param[0], *const bias = b->model.layers[STILL].param[1];
    for (size_t i = 0; i < b->model.layers[STILL].in[0].c; i++)
        w[2 * b->model.layers[STILL].in[0].c + i] = 0;
    bias[2] = -1;
    ls_meet(peers);
    if (ls_trainer_step(&b->trainer, ls_loader_next(b->loader), false, &record) != LS_OK)
        fail_msg("%s", ls_message());
}

static void figures_have_the_same_bits_on_any_number_of_ranks(void **state)
{
    const struct ls_peers alone = ls_peers_alone();
    struct bench one, many;
    struct ls_watch w, v;
    step(&one, &w, &alone);
    step(&many, &v, *state);
    const bool good = memcmp(w.layers, v.layers, LAYERS * sizeof *w.layers) == 0;
    bench_release(&one);
    bench_release(&many);
    assert_all_ranks(good);
}

static bool is_near(double a, double b)
{
    return fabs(a - b) <= 1e-5 * fabs(b) + 1e-12;
}

static double norm(const real *v, size_t len)
{
    double sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += (double)v[i] * (double)v[i];
    return sqrt(sum);
}

static void figures_are_those_of_plain_sums(void **state)
{
    (void)state;
    const struct ls_peers alone = ls_peers_alone();
    static real gradient[4096], before[4096], after[4096];
    struct bench plain, b;
    struct ls_watch w;
    step(&b, &w, &alone);
    step(&plain, &(struct ls_watch){0}, &alone); /* for the same changes of its parameters */
    memcpy(after, plain.model.params, plain.model.n_params * sizeof *after);
    bench_release(&plain);
    bench_init(&plain, &setup, &alone);
    const struct ls_layer *const still = &plain.model.layers[STILL];
    memset(still->param[0] + 2 * still->in[0].c, 0, still->in[0].c * sizeof(real));
    still->param[1][2] = -1;
    memcpy(before, plain.model.params, plain.model.n_params * sizeof *before);
    const struct ls_batch *const batch = ls_loader_next(plain.loader);
    (void)bench_gradient(&plain, batch, gradient);
    (void)bench_loss(&plain, batch);

    bool good = true;
    for (int l = 0; l < LAYERS; l++) {
        const struct ls_layer *const layer = &plain.model.layers[l];
        const struct ls_watch_layer *const f = &w.layers[l];
        if (layer->n_params == 0 || layer->frozen) {
            good = good && isnan(f->grad_norm) && isnan(f->update_ratio);
            continue;
        }
        const size_t at = ls_layer_params_begin(layer), len = ls_layer_params_len(layer);
        for (size_t i = at; i < at + len; i++)
            after[i] -= before[i];
        good = good && is_near(f->grad_norm, norm(gradient + at, len));
        good = good && is_near(f->weight_norm, norm(before + at, len));
        good = good && is_near(f->update_ratio, norm(after + at, len) / norm(before + at, len));
    }
    /* outputs of the last layer, which a forward pass leaves */
    double n = 0, sum = 0, squares = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int shard = 0; shard < plain.ws.shards; shard++)
            for (size_t i = 0; i < plain.ws.n[shard] * 3; i++) {
                const double y = (double)ls_workspace_output(&plain.ws, shard)[i];
                n += pass == 0;
                sum += pass == 0 ? y : 0;
                squares += pass == 1 ? (y - sum / n) * (y - sum / n) : 0;
            }
    good = good && is_near(w.layers[DENSE].mean, sum / n);
    good = good && is_near(w.layers[DENSE].deviation, sqrt(squares / n));
    good = good && fabs(w.layers[BN].mean) < 1e-3 && fabs(w.layers[BN].deviation - 1) < 0.1;
    good = good && w.layers[RELU].dead == 0 && isnan(w.layers[BN].dead);
    good = good && w.layers[RELU2].dead >= 1.0 / 6 && w.layers[RELU2].dead < 1;
    bench_release(&plain);
    bench_release(&b);
    assert_all_ranks(good);
}

static void a_watched_step_is_the_step_itself(void **state)
{
    struct bench watched, plain;
    struct ls_watch watch;
    struct ls_record record;
    bench_init(&watched, &setup, *state);
    bench_init(&plain, &setup, *state);
    bool good = ls_watch_init(&watch, &watched.trainer, &watched.arena) == LS_OK;
    for (int s = 0; s < 4; s++) {
        watch.on = s % 2 == 0;
        good = ls_trainer_step(&watched.trainer, ls_loader_next(watched.loader), false, &record) ==
                   LS_OK &&
               good;
        good = ls_trainer_step(&plain.trainer, ls_loader_next(plain.loader), false, &record) ==
                   LS_OK &&
               good;
    }
    good = good && memcmp(watched.model.params, plain.model.params,
                          plain.model.n_params * sizeof(real)) == 0;
    bench_release(&watched);
    bench_release(&plain);
    assert_all_ranks(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_have_the_same_bits_on_any_number_of_ranks),
        cmocka_unit_test(figures_are_those_of_plain_sums),
        cmocka_unit_test(a_watched_step_is_the_step_itself),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
