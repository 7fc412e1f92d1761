/* Mining over ranks against a plain reference in one process: the examples of the whole batch in
 * one list, each compared with every other. */
#include "tests/comm/peers.h"

#include <math.h>
#include <string.h>

#include "src/step/miner.h"
#include "tests/bench.h"

static const struct bench_setup plain = {.model = "- dense: {out: 6, name: hidden}\n"
                                                  "- tanh\n"
                                                  "- dense: {out: 3, name: last}\n",
                                         .optimizer = "{sgd: {lr: 0.1, momentum: 0.9}}",
                                         .input = {1, 4, 1, 1},
                                         .samples = 100,
                                         .batch = 16};

/* What a case changes in the data and the model before it looks at step 0. */
typedef void prepare(struct bench *b);

static void as_they_are(struct bench *b)
{
    (void)b;
}

static void all_losses_equal(struct bench *b)
{
    memset(b->model.params, 0, b->model.n_params * sizeof(real));
}

static void no_positives(struct bench *b)
{
    memset(b->memory.classes, 0, b->plan.subset->len * sizeof *b->memory.classes);
}

static void some_are_nan(struct bench *b)
{
    for (size_t i = 0; i < 100; i += 7)
        b->memory.x[4 * i] = i % 2 ? -NAN : NAN;
}

struct example {
    double value;
    uint64_t sample;
    size_t place, row;
    bool positive;
};

static bool comes_before(const struct example *a, const struct example *b)
{
    const double x = isnan(a->value) ? (double)INFINITY : a->value;
    const double y = isnan(b->value) ? (double)INFINITY : b->value;
    if (x != y)
        return x > y;
    if (a->sample != b->sample)
        return a->sample < b->sample;
    return a->place != b->place ? a->place < b->place : a->row < b->row;
}

/* The examples of one process's batch, in order of shards. */
static size_t list_examples(struct bench *one, const struct ls_pass *pass, struct example *examples)
{
    const size_t places = ls_loss_places(&one->loss);
    const struct ls_batch *const batch = pass->batch;
    size_t n = 0;
    for (int s = 0; s < one->ws.shards; s++)
        for (size_t at = 0; at < one->ws.n[s] * places; at++) {
            const size_t i = at / places, first = (size_t)s * one->ws.max_n;
            examples[n++] = (struct example){
                .value =
                    ls_loss_example(&one->loss, i, at % places, ls_workspace_output(&one->ws, s),
                                    ls_pass_targets(pass, &one->loss, s), NULL)
                        .value,
                .sample = batch->samples[first + i],
                .place = at % places,
                .row = batch->row[s] + i,
                .positive = batch->classes ? batch->classes[first + i] > 0
                                           : batch->values[first * places + at] >= LS_R(0.5)};
        }
    return n;
}

struct choice {
    const char *loss, *mine; /* KIND, and what stands in mine: */
    prepare *prepare;
    bool doubles;    /* all samples have the same number */
    bool negatives;  /* positives are always chosen */
    size_t expected; /* candidates that are chosen */
};

static void open_bench(struct bench *b, const struct choice *c, const struct bench_setup *setup,
                       const char *loss, const struct ls_peers *peers)
{
    struct bench_setup changed = *setup;
    changed.loss = loss;
    bench_init(b, &changed, peers);
    c->prepare(b);
    b->plan.order = LS_ORDER_SHUFFLE;
    bench_load(b, 0);
}

static struct ls_pass run_loss(struct bench *b, bool doubles)
{
    const struct ls_batch *const batch = ls_loader_next(b->loader);
    for (size_t i = 0; doubles && i < (size_t)b->ws.shards * batch->max_n; i++)
        batch->samples[i] = 7;
    const struct ls_pass pass = {.ws = &b->ws, .batch = batch, .seed = 1, .training = true};
    ls_model_prepare(&b->model);
    ls_forward(&pass);
    ls_pass_loss(&pass, &b->loss);
    return pass;
}

/* Gradient and sum of one shard of this rank against the reference's. */
static bool shard_agrees(const struct bench *all, const struct bench *one, int local,
                         const bool *chosen, const struct example *examples)
{
    const int s = all->tree.first + local, last = all->ws.model->n_layers - 1;
    const size_t k = one->loss.k, places = ls_loss_places(&one->loss), len = k / places;
    const real *const got = ls_workspace_dy(&all->ws, last, local);
    const real *const full = ls_workspace_dy(&one->ws, last, s);
    static const real zero[16];
    struct ls_loss_sum sum = {0};
    bool good = all->ws.n[local] == one->ws.n[s];
    for (size_t at = 0; at < one->ws.n[s] * places; at++) {
        good = good &&
               memcmp(got + at * len, chosen[at] ? full + at * len : zero, len * sizeof *got) == 0;
        sum.value += chosen[at] ? examples[at].value : 0;
        sum.weight += chosen[at];
    }
    const double *const tail = all->ws.tail_leaves + (size_t)local * LS_TAIL_LEN;
    const bool same =
        tail[LS_TAIL_VALUE] == sum.value || (isnan(tail[LS_TAIL_VALUE]) && isnan(sum.value));
    return good && same && tail[LS_TAIL_WEIGHT] == sum.weight;
}

static bool chooses(const struct choice *c, const struct bench_setup *setup,
                    const struct ls_peers *peers)
{
    char loss[256];
    (void)snprintf(loss, sizeof loss, "{%s: {mine: {%s}}}", c->loss, c->mine);
    const struct ls_peers alone = ls_peers_alone();
    struct bench all, one;
    open_bench(&all, c, setup, loss, peers);
    open_bench(&one, c, setup, c->loss, &alone);
    (void)run_loss(&all, c->doubles);
    const struct ls_pass pass = run_loss(&one, c->doubles);
    struct example *const e = ls_arena_get(&one.arena, 3 * setup->batch, sizeof *e);
    bool *const chosen = ls_arena_get(&one.arena, 3 * setup->batch, sizeof *chosen);
    const size_t n = list_examples(&one, &pass, e);
    size_t candidates = 0;
    for (size_t i = 0; i < n; i++) {
        size_t before = 0;
        for (size_t j = 0; j < n; j++)
            before += !(c->negatives && e[j].positive) && comes_before(&e[j], &e[i]);
        const bool positive = c->negatives && e[i].positive;
        chosen[i] = positive || before < c->expected;
        candidates += !positive && chosen[i];
    }
    bool good = candidates == c->expected;
    size_t at = 0;
    for (int s = 0; s < one.ws.shards; at += one.ws.n[s++] * ls_loss_places(&one.loss))
        if (s >= all.tree.first && s < all.tree.last)
            good = shard_agrees(&all, &one, s - all.tree.first, chosen + at, e + at) && good;
    bench_release(&all);
    bench_release(&one);
    return good;
}

static void keep_takes_the_hardest_of_all_ranks(void **state)
{
    const struct choice cases[] = {
        {"cross_entropy", "keep: 0.25", as_they_are, false, false, 4},
        {"cross_entropy", "keep: 0.001", as_they_are, false, false, 1},
        {"focal", "keep: 1", as_they_are, false, false, 16},
        {"bce", "keep: 0.25", as_they_are, false, false, 12},
        {"mse", "keep: 0.5", as_they_are, false, false, 24},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_all_ranks(chooses(&cases[i], &plain, *state));
}

static void equal_losses_go_by_sample_number_place_and_row(void **state)
{
    const struct choice cases[] = {
        {"cross_entropy", "keep: 0.25", all_losses_equal, false, false, 4},
        {"bce", "keep: 0.25", all_losses_equal, false, false, 12},
        {"cross_entropy", "keep: 0.25", all_losses_equal, true, false, 4},
        {"cross_entropy", "keep: 0.25", as_they_are, true, false, 4},
        {"bce", "keep: 0.25", all_losses_equal, true, false, 12},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_all_ranks(chooses(&cases[i], &plain, *state));
}

static void without_positives_at_least_negatives_are_taken(void **state)
{
    const struct choice cases[] = {
        {"cross_entropy", "negatives_per_positive: 3", no_positives, false, true, 0},
        {"cross_entropy", "negatives_per_positive: 3, at_least: 5", no_positives, false, true, 5},
        {"cross_entropy", "negatives_per_positive: 3, at_least: 50", no_positives, false, true, 16},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_all_ranks(chooses(&cases[i], &plain, *state));
}

/* The expected number is counted from the labels of the batch that is trained on. */
static void negatives_go_with_the_positives_of_all_ranks(void **state)
{
    static const char *const losses[] = {"cross_entropy", "bce"};
    for (size_t l = 0; l < 2; l++) {
        struct choice c = {losses[l], "negatives_per_positive: 0.5", as_they_are, false, true, 0};
        const struct ls_peers alone = ls_peers_alone();
        struct bench one;
        open_bench(&one, &c, &plain, c.loss, &alone);
        const struct ls_pass pass = run_loss(&one, false);
        struct example e[3 * 16];
        const size_t n = list_examples(&one, &pass, e);
        size_t positives = 0;
        for (size_t i = 0; i < n; i++)
            positives += e[i].positive;
        bench_release(&one);
        c.expected = (positives + 1) / 2;
        if (c.expected > n - positives)
            c.expected = n - positives;
        assert_all_ranks(positives > 0 && c.expected > 0 && chooses(&c, &plain, *state));
    }
}

static void batches_smaller_than_the_ranks_and_threads_are_mined_too(void **state)
{
    struct bench_setup setup = plain;
    setup.batch = 3;
    const struct choice one = {"cross_entropy", "keep: 0.3", as_they_are, false, false, 1};
    assert_all_ranks(chooses(&one, &setup, *state));
    setup.batch = 50;
    setup.shards = 13;
    setup.threads = 2;
    const struct choice many = {"cross_entropy", "keep: 0.5", as_they_are, false, false, 25};
    assert_all_ranks(chooses(&many, &setup, *state));
}

static void a_nan_counts_as_the_largest_loss(void **state)
{
    const struct choice c = {"cross_entropy", "keep: 0.5", some_are_nan, false, false, 50};
    struct bench_setup setup = plain;
    setup.batch = 100; /* all, so that 15 are NaN */
    assert_all_ranks(chooses(&c, &setup, *state));
    setup.loss = "{cross_entropy: {mine: {keep: 0.02}}}";
    struct bench b;
    bench_init(&b, &setup, *state);
    some_are_nan(&b);
    bench_load(&b, 0);
    struct ls_record record;
    const ls_status status = ls_trainer_step(&b.trainer, ls_loader_next(b.loader), false, &record);
    assert_all_ranks(status == LS_DIVERGED && strstr(ls_message(), "the loss is nan"));
    bench_release(&b);
}

static bool trains(struct bench *b, int steps)
{
    struct ls_record record;
    for (int s = 0; s < steps; s++)
        if (ls_trainer_step(&b->trainer, ls_loader_next(b->loader), false, &record) != LS_OK)
            return false;
    return true;
}

static void training_with_mining_has_the_same_bits_as_on_one_rank(void **state)
{
    static const char *const losses[] = {
        "{cross_entropy: {mine: {keep: 0.3}, class_weights: [1, 2, 3], class_weights_from_epoch: "
        "1}}",
        "{ldam: {mine: {negatives_per_positive: 0.4, at_least: 1}, class_counts: [9, 2, 5]}}",
        "{focal_bce: {mine: {negatives_per_positive: 2}, alpha: 0.3}}"};
    const struct ls_peers alone = ls_peers_alone();
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        struct bench_setup setup = plain;
        setup.loss = losses[i];
        struct bench all, one;
        bench_init(&all, &setup, *state);
        bench_init(&one, &setup, &alone);
        bool good = trains(&all, 1);
        const size_t before = ls_alloc_calls();
        good = trains(&all, 11) && good;
        good = ls_alloc_calls() == before && good;
        good = trains(&one, 12) && good;
        assert_all_ranks(good && memcmp(all.model.params, one.model.params,
                                        one.model.n_params * sizeof(real)) == 0);
        bench_release(&all);
        bench_release(&one);
    }
}

static void a_batch_that_one_rank_cannot_read_hangs_nobody(void **state)
{
    struct bench_setup setup = plain;
    setup.loss = "{cross_entropy: {mine: {keep: 0.3}}}";
    struct bench b;
    bench_init(&b, &setup, *state);
    b.memory.bad = 2 * 16 + 15; /* in the last shard of the third batch, so on the last rank */
    bench_load(&b, 0);          /* which may have read ahead */
    struct ls_record record;
    bool good = trains(&b, 2);
    good = ls_trainer_step(&b.trainer, ls_loader_next(b.loader), false, &record) == LS_DATA && good;
    assert_all_ranks(trains(&b, 1) && good);
    bench_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keep_takes_the_hardest_of_all_ranks),
        cmocka_unit_test(equal_losses_go_by_sample_number_place_and_row),
        cmocka_unit_test(without_positives_at_least_negatives_are_taken),
        cmocka_unit_test(negatives_go_with_the_positives_of_all_ranks),
        cmocka_unit_test(batches_smaller_than_the_ranks_and_threads_are_mined_too),
        cmocka_unit_test(a_nan_counts_as_the_largest_loss),
        cmocka_unit_test(training_with_mining_has_the_same_bits_as_on_one_rank),
        cmocka_unit_test(a_batch_that_one_rank_cannot_read_hangs_nobody),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
