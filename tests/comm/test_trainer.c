/* Training steps over ranks: what changes, what must not, and that nothing is allocated. */
#include "tests/comm/peers.h"

#include <math.h>
#include <string.h>

#include "tests/bench.h"

static const char net[] = "- conv: {out: 4, kernel: 3, pad: same, bias: false}\n"
                          "- bn\n"
                          "- relu\n"
                          "- residual:\n"
                          "  - conv: {out: 4, kernel: 3, pad: same}\n"
                          "  - bn\n"
                          "- flatten\n"
                          "- dropout: 0.2\n"
                          "- dense: 3\n";

static const struct bench_setup plain = {.model = net,
                                         .optimizer =
                                             "{sgd: {lr: 0.1, momentum: 0.9, weight_decay: 0.01}}",
                                         .input = {3, 2, 6, 6},
                                         .samples = 100,
                                         .batch = 16};

static ls_status step(struct bench *b, bool stop, struct ls_record *record)
{
    return ls_trainer_step(&b->trainer, ls_loader_next(b->loader), stop, record);
}

static bool trains(struct bench *b, int steps)
{
    struct ls_record record;
    for (int s = 0; s < steps; s++)
        if (step(b, false, &record) != LS_OK)
            return false;
    return true;
}

/* Everything that a step may change, in one run of bytes. */
static size_t take_state(const struct bench *b, real *state)
{
    const size_t n = b->model.n_params;
    memcpy(state, b->model.params, n * sizeof *state);
    size_t len = n;
    for (int s = 0; s < b->optimizer.n_slots; s++, len += n)
        memcpy(state + len, b->trainer.slot[s], n * sizeof *state);
    memcpy(state + len, b->model.buffers, b->model.n_buffers * sizeof *state);
    return (len + b->model.n_buffers) * sizeof *state;
}

static real *state_room(struct bench *b)
{
    const size_t slots = (size_t)b->optimizer.n_slots;
    return ls_arena_get(&b->arena, (1 + slots) * b->model.n_params + b->model.n_buffers,
                        sizeof(real));
}

static void a_step_allocates_nothing(void **state)
{
    static const char *const optimizers[] = {"{adamw: {lr: 0.01}}", "{sgd: {lr: 0.1}}"};
    for (int i = 0; i < 2; i++) {
        struct bench_setup setup = plain;
        setup.optimizer = optimizers[i];
        setup.clip.norm = 1;
        setup.threads = 1 + i;
        setup.shards = 13;
        struct bench b;
        bench_init(&b, &setup, *state);
        bool good = trains(&b, 1);
        const size_t before = ls_alloc_calls();
        good = trains(&b, 8) && good; /* past the end of the epoch */
        assert_all_ranks(good && ls_alloc_calls() == before);
        bench_release(&b);
    }
}

static void training_has_the_same_bits_as_on_one_rank(void **state)
{
    struct bench all, one;
    const struct ls_peers alone = ls_peers_alone();
    bench_init(&all, &plain, *state);
    bench_init(&one, &plain, &alone);
    bool good = trains(&all, 9) && trains(&one, 9);
    real *const a = state_room(&all), *const b = state_room(&one);
    const size_t bytes = take_state(&all, a);
    good = take_state(&one, b) == bytes && memcmp(a, b, bytes) == 0 && good;
    assert_all_ranks(good);
    bench_release(&all);
    bench_release(&one);
}

/* Makes the third batch bad, trains into it, and compares the state before and after. */
static bool refuses(struct bench *b, ls_status expected, const char *words)
{
    real *const before = state_room(b), *const after = state_room(b);
    bool good = trains(b, 2);
    const size_t bytes = take_state(b, before);
    struct ls_record record;
    const ls_status status = step(b, false, &record);
    if (status != expected || !strstr(ls_message(), words)) {
        print_error("status %d: %s\n", (int)status, ls_message());
        good = false;
    }
    (void)take_state(b, after);
    return good && memcmp(before, after, bytes) == 0;
}

static void a_nan_in_the_batch_changes_nothing(void **state)
{
    struct bench b;
    bench_init(&b, &plain, *state);
    b.memory.x[40 * 72 + 5] = NAN;
    bench_load(&b, 0); /* which may have read ahead */
    assert_all_ranks(refuses(&b, LS_DIVERGED, "step 3: the loss is nan; nothing was updated"));
    bench_release(&b);
}

/* An infinite sample behind a dead unit gives a finite loss: the gradient is looked at by itself.
 */
static void a_gradient_that_is_not_finite_names_its_tensor(void **state)
{
    struct bench_setup setup = plain;
    setup.model = "- dense: {out: 4, name: hidden}\n- relu\n- dense: 3\n";
    setup.input = (struct ls_shape){1, 2, 1, 1};
    struct bench b;
    bench_init(&b, &setup, *state);
    struct ls_layer *const hidden = ls_model_layer(&b.model, "hidden");
    for (size_t i = 0; i < 4; i++) {
        hidden->param[0][2 * i] = -1; /* of the feature that is infinite: relu gives 0 */
        hidden->param[0][2 * i + 1] = 0;
    }
    b.memory.x[2 * 40] = INFINITY;
    bench_load(&b, 0); /* which may have read ahead */
    bool good = true;
    struct ls_record record;
    (void)ls_loader_next(b.loader);
    (void)ls_loader_next(b.loader);
    real *const before = state_room(&b), *const after = state_room(&b);
    const size_t bytes = take_state(&b, before);
    good = step(&b, false, &record) == LS_DIVERGED && good;
    good = strstr(ls_message(), "hidden/weight is not finite; nothing was updated") && good;
    (void)take_state(&b, after);
    assert_all_ranks(good && memcmp(before, after, bytes) == 0);
    bench_release(&b);
}

/* Loss and gradient are finite; with every kind of optimiser what comes out of its update is not,
 * in the parameters or in the state. */
static void an_update_that_would_overflow_changes_nothing(void **state)
{
    static const char *const optimizers[] = {
        "{sgd: {lr: 1e6}}", "{sgd: {lr: 1e6, momentum: 0.5}}", "{adam: {}}",   "{adamw: {}}",
        "{rmsprop: {}}",    "{rmsprop: {momentum: 0.9}}",      "{adagrad: {}}"};
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
        struct bench_setup setup = plain;
        setup.model = "- {dense: {out: 3, bias: false}, name: out}\n";
        setup.input = (struct ls_shape){1, 2, 1, 1};
        setup.optimizer = optimizers[i];
        struct bench b;
        bench_init(&b, &setup, *state);
        for (size_t e = 0; e < 2 * setup.samples; e++)
            b.memory.x[e] *= 1e35f;
        bench_load(&b, 0);
        real *const before = state_room(&b), *const after = state_room(&b);
        const size_t bytes = take_state(&b, before);
        struct ls_record record;
        const ls_status status = step(&b, false, &record);
        (void)take_state(&b, after);
        assert_all_ranks(status == LS_DIVERGED && memcmp(before, after, bytes) == 0 &&
                         strstr(ls_message(), "the update of out/weight is not finite; nothing"));
        bench_release(&b);
    }
}

/* Every step makes the weights 1e12 times as large, from weights that are known to be safe. */
static void an_update_that_overflows_after_good_ones_is_seen(void **state)
{
    struct bench_setup setup = plain;
    setup.model = "- {dense: {out: 3, bias: false}, name: out}\n";
    setup.input = (struct ls_shape){1, 2, 1, 1};
    setup.optimizer = "{sgd: {lr: 1e6, weight_decay: 1e6}}";
    struct bench b;
    bench_init(&b, &setup, *state);
    assert_all_ranks(trains(&b, 3));
    struct ls_record record;
    assert_all_ranks(step(&b, false, &record) == LS_DIVERGED &&
                     strstr(ls_message(), "step 4: the update of out/weight is not finite"));
    bench_release(&b);
}

/* The variance of a batch is past the end of a float, and everything else is finite. */
static void running_statistics_that_would_not_be_finite_change_nothing(void **state)
{
    struct bench_setup setup = plain;
    setup.model = "- bn\n- dense: 3\n";
    setup.input = (struct ls_shape){1, 2, 1, 1};
    struct bench b;
    bench_init(&b, &setup, *state);
    for (size_t i = 32 * 2; i < 48 * 2; i++)
        b.memory.x[i] *= 1e25f;
    b.plan.order = LS_ORDER_SEQUENTIAL;
    bench_load(&b, 0);
    assert_all_ranks(refuses(&b, LS_DIVERGED, "step 3: the running statistics of bn1 are not"));
    bench_release(&b);
}

static void a_batch_that_one_rank_cannot_read_changes_nothing_on_any(void **state)
{
    struct bench b;
    bench_init(&b, &plain, *state);
    b.memory.bad = 2 * 16 + 15; /* in the last shard, so on the last rank */
    bench_load(&b, 0);          /* which may have read ahead */
    assert_all_ranks(refuses(&b, LS_DATA, "memory: cannot read sample 47"));
    bench_release(&b);
}

static void training_goes_on_after_a_refused_step(void **state)
{
    struct bench bad, good;
    bench_init(&bad, &plain, *state);
    bench_init(&good, &plain, *state);
    bad.memory.bad = 40;
    bench_load(&bad, 0); /* which may have read ahead */
    struct ls_record record;
    bool right = trains(&bad, 2) && step(&bad, false, &record) == LS_DATA && trains(&bad, 1);
    right = trains(&good, 2) && right;
    (void)ls_loader_next(good.loader);
    right = trains(&good, 1) && right;
    real *const a = state_room(&bad), *const b = state_room(&good);
    const size_t bytes = take_state(&bad, a);
    (void)take_state(&good, b);
    assert_all_ranks(right && memcmp(a, b, bytes) == 0);
    bench_release(&bad);
    bench_release(&good);
}

static void one_rank_asked_to_stop_tells_all(void **state)
{
    const struct ls_peers *const peers = *state;
    struct bench b;
    bench_init(&b, &plain, peers);
    struct ls_record record;
    bool good = step(&b, false, &record) == LS_OK && !record.stop;
    good = step(&b, peers->rank == peers->size - 1, &record) == LS_OK && record.stop && good;
    good = step(&b, false, &record) == LS_OK && !record.stop && good;
    assert_all_ranks(good);
    bench_release(&b);
}

/* Which tensors of a layer are as they were at the start. */
static bool layer_moves(struct bench *b, const char *name)
{
    struct bench fresh;
    const struct ls_peers alone = ls_peers_alone();
    bench_init(&fresh, &plain, &alone);
    const struct ls_layer *const now = ls_model_layer(&b->model, name);
    const struct ls_layer *const then = ls_model_layer(&fresh.model, name);
    bool moves = false;
    for (int i = 0; i < now->n_params; i++)
        moves =
            moves || memcmp(now->param[i], then->param[i], now->params[i].len * sizeof(real)) != 0;
    for (int i = 0; i < now->n_buffers; i++)
        moves = moves ||
                memcmp(now->buffer[i], then->buffer[i], now->buffers[i].len * sizeof(real)) != 0;
    bench_release(&fresh);
    return moves;
}

static void frozen_layers_do_not_move_and_all_others_do(void **state)
{
    static const char *const names[] = {"conv1", "bn1", "conv2", "bn2", "dense1"};
    for (size_t f = 0; f < sizeof names / sizeof *names; f++) {
        struct bench_setup setup = plain;
        setup.freeze = names[f];
        struct bench b;
        bench_init(&b, &setup, *state);
        bool good = trains(&b, 2);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            good = good && layer_moves(&b, names[i]) == (i != f);
        assert_all_ranks(good);
        bench_release(&b);
    }
}

static void a_frozen_bn_uses_its_stored_statistics(void **state)
{
    struct bench_setup setup = plain;
    setup.model = "- bn\n- flatten\n- dense: {out: 3, bias: false}\n";
    setup.freeze = "bn1";
    struct bench b;
    bench_init(&b, &setup, *state);
    struct ls_layer *const bn = ls_model_layer(&b.model, "bn1");
    const real mean[] = {3, -2}, var[] = {4, 0.25f};
    memcpy(bn->buffer[0], mean, sizeof mean);
    memcpy(bn->buffer[1], var, sizeof var);
    const struct ls_batch *const batch = ls_loader_next(b.loader);
    (void)bench_loss(&b, batch);
    bool good = true;
    for (int s = 0; s < b.ws.shards; s++)
        for (size_t i = 0; i < batch->n[s] * 72; i++) {
            const size_t c = i % 2, flat = i / 72 * 72 + c * 36 + i % 72 / 2;
            const double x = (double)batch->x[(size_t)s * batch->max_n * 72 + i];
            const double y = (x - (double)mean[c]) / sqrt((double)var[c] + 1e-5);
            good = good && fabs((double)ls_workspace_y(&b.ws, 1, s)[flat] - y) < 1e-5;
        }
    assert_all_ranks(good);
    bench_release(&b);
}

static void penalties_and_clipping_come_once_whatever_the_ranks(void **state)
{
    struct bench_setup setup = plain;
    setup.penalty = (struct ls_penalty){.l1 = 0.01, .l2 = 0.02};
    setup.clip.norm = 0.5;
    const struct ls_peers alone = ls_peers_alone();
    struct bench all, one;
    bench_init(&all, &setup, *state);
    bench_init(&one, &setup, &alone);
    struct ls_record a, b;
    const bool good = step(&all, false, &a) == LS_OK && step(&one, false, &b) == LS_OK &&
                      memcmp(&a.grad_norm, &b.grad_norm, sizeof a.grad_norm) == 0 &&
                      memcmp(&a.loss, &b.loss, sizeof a.loss) == 0 && a.samples == 16;
    assert_all_ranks(good);
    bench_release(&all);
    bench_release(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_allocates_nothing),
        cmocka_unit_test(training_has_the_same_bits_as_on_one_rank),
        cmocka_unit_test(a_nan_in_the_batch_changes_nothing),
        cmocka_unit_test(a_gradient_that_is_not_finite_names_its_tensor),
        cmocka_unit_test(an_update_that_would_overflow_changes_nothing),
        cmocka_unit_test(an_update_that_overflows_after_good_ones_is_seen),
        cmocka_unit_test(running_statistics_that_would_not_be_finite_change_nothing),
        cmocka_unit_test(a_batch_that_one_rank_cannot_read_changes_nothing_on_any),
        cmocka_unit_test(training_goes_on_after_a_refused_step),
        cmocka_unit_test(one_rank_asked_to_stop_tells_all),
        cmocka_unit_test(frozen_layers_do_not_move_and_all_others_do),
        cmocka_unit_test(a_frozen_bn_uses_its_stored_statistics),
        cmocka_unit_test(penalties_and_clipping_come_once_whatever_the_ranks),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
