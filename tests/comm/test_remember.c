/* What steps remember of their batches, over ranks, against the losses of one process. */
#include "tests/comm/peers.h"

#include <math.h>
#include <string.h>

#include "tests/bench.h"

enum { SAMPLES = 50, BATCH = 16 };

static const struct bench_setup plain = {.model = "- dense: {out: 6, name: hidden}\n"
                                                  "- tanh\n"
                                                  "- dense: {out: 3, name: last}\n",
                                         .optimizer = "{sgd: {lr: 0.1, momentum: 0.9}}",
                                         .input = {1, 4, 1, 1},
                                         .samples = SAMPLES,
                                         .batch = BATCH};

struct fixture {
    struct bench bench;
    struct ls_recall recall;
};

static void open_fixture(struct fixture *f, const char *loss, const struct ls_peers *peers)
{
    struct bench_setup setup = plain;
    setup.loss = loss;
    bench_init(&f->bench, &setup, peers);
    struct bench *const b = &f->bench;
    if (ls_recall_init(&f->recall, &b->peers, SAMPLES, 0, &b->arena) != LS_OK ||
        ls_remember_init(&b->trainer.remember, &b->ws, BATCH, &b->arena) != LS_OK)
        fail_msg("%s", ls_message());
    b->trainer.spec.recall = &f->recall;
}

static ls_status step(struct fixture *f)
{
    struct ls_record record;
    return ls_trainer_step(&f->bench.trainer, ls_loader_next(f->bench.loader), false, &record);
}

/* The losses of samples 0 to n - 1 under `loss`, by forward passes on one process. */
static void work_out(const char *loss, size_t n, float *each)
{
    const struct ls_peers alone = ls_peers_alone();
    struct bench_setup setup = plain;
    struct bench b;
    setup.loss = loss;
    bench_init(&b, &setup, &alone);
    const struct ls_batch *const batch = ls_loader_next(b.loader);
    const struct ls_pass pass = {.ws = &b.ws, .batch = batch, .seed = 1, .training = true};
    const size_t places = ls_loss_places(&b.loss);
    ls_model_prepare(&b.model);
    ls_forward(&pass);
    for (int s = 0; s < b.ws.shards; s++)
        for (size_t i = 0; i < b.ws.n[s] && batch->row[s] + i < n; i++) {
            double sum = 0;
            for (size_t place = 0; place < places; place++)
                sum += ls_loss_example(&b.loss, i, place, ls_workspace_output(&b.ws, s),
                                       ls_pass_targets(&pass, &b.loss, s), NULL)
                           .value;
            each[batch->row[s] + i] = (float)(sum / (double)places);
        }
    bench_release(&b);
}

/* After one step the first batch is remembered, with the losses of `bare`, and nothing else. */
static bool remembers(const struct ls_peers *peers, const char *loss, const char *bare)
{
    static float all[SAMPLES], expected[BATCH];
    struct fixture f;
    work_out(bare, BATCH, expected);
    open_fixture(&f, loss, peers);
    bool good = step(&f) == LS_OK;
    ls_recall_read(&f.recall, 0, SAMPLES, all);
    for (size_t i = 0; i < SAMPLES; i++)
        good = good && (i < BATCH ? all[i] == expected[i] : (bool)isnan(all[i]));
    bench_release(&f.bench);
    return good;
}

static void the_loss_of_every_row_is_remembered(void **state)
{
    assert_all_ranks(remembers(*state, "cross_entropy", "cross_entropy"));
    assert_all_ranks(remembers(*state, "bce", "bce"));
    assert_all_ranks(remembers(*state, "mse", "mse"));
}

static void class_weights_do_not_count(void **state)
{
    assert_all_ranks(remembers(*state, "{focal: {class_weights: [3, 0, 0.5]}}", "focal"));
    assert_all_ranks(
        remembers(*state, "{cross_entropy: {class_weights: [3, 0, 0.5], label_smoothing: 0.1}}",
                  "{cross_entropy: {label_smoothing: 0.1}}"));
}

static void rows_that_mining_leaves_out_are_remembered_too(void **state)
{
    assert_all_ranks(remembers(*state, "{cross_entropy: {mine: {keep: 0.2}}}", "cross_entropy"));
    assert_all_ranks(remembers(
        *state, "{cross_entropy: {class_weights: [3, 1, 2], mine: {keep: 0.2}}}", "cross_entropy"));
    assert_all_ranks(remembers(*state, "{bce: {mine: {negatives_per_positive: 1}}}", "bce"));
}

/* Seven steps, so that batches wrap around, the last of an epoch is short, and some ranks hold
 * nothing of it. */
static void what_is_remembered_does_not_depend_on_the_ranks(void **state)
{
    const struct ls_peers alone = ls_peers_alone();
    struct fixture f, one;
    open_fixture(&f, "cross_entropy", *state);
    open_fixture(&one, "cross_entropy", &alone);
    static float all[SAMPLES], expected[SAMPLES];
    bool good = true;
    for (int s = 0; s < 7; s++)
        good = step(&f) == LS_OK && step(&one) == LS_OK && good;
    ls_recall_read(&f.recall, 0, SAMPLES, all);
    ls_recall_read(&one.recall, 0, SAMPLES, expected);
    good = good && memcmp(all, expected, sizeof all) == 0;
    bench_release(&f.bench);
    bench_release(&one.bench);
    assert_all_ranks(good);
}

static void a_step_that_is_refused_leaves_the_memory_as_it_was(void **state)
{
    static float before[SAMPLES], after[SAMPLES];
    struct fixture f;
    open_fixture(&f, "cross_entropy", *state);
    bool good = step(&f) == LS_OK;
    ls_recall_read(&f.recall, 0, SAMPLES, before);
    f.bench.memory.bad = 20; /* of the second batch */
    bench_load(&f.bench, 1);
    good = step(&f) == LS_DATA && good;
    f.bench.memory.bad = MEMORY_ALL_GOOD;
    f.bench.memory.x[4 * 20] = NAN;
    bench_load(&f.bench, 1);
    good = step(&f) == LS_DIVERGED && good;
    ls_recall_read(&f.recall, 0, SAMPLES, after);
    good = good && memcmp(before, after, sizeof before) == 0;
    bench_release(&f.bench);
    assert_all_ranks(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loss_of_every_row_is_remembered),
        cmocka_unit_test(class_weights_do_not_count),
        cmocka_unit_test(rows_that_mining_leaves_out_are_remembered_too),
        cmocka_unit_test(what_is_remembered_does_not_depend_on_the_ranks),
        cmocka_unit_test(a_step_that_is_refused_leaves_the_memory_as_it_was),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
