/* Evaluation counts every sample once, whatever the ranks. */
#include "tests/comm/peers.h"

#include <string.h>

#include "tests/bench.h"

enum { N = 37, K = 3 };

static const struct bench_setup setup = {.model =
                                             "[{dense: 8}, bn, relu, {dropout: 0.5}, {dense: 3}]",
                                         .loss = "{cross_entropy: {class_weights: [1, 2, 4]}}",
                                         .input = {1, 5, 1, 1},
                                         .samples = N,
                                         .batch = 12};

struct found {
    double loss, sums[K * K];
};

/* Evaluates twice over, as at the ends of two epochs. */
static ls_status evaluate(struct bench *b, struct found *found)
{
    struct ls_evaluator evaluator;
    struct ls_evaluation evaluation;
    LS_TRY(ls_evaluator_init(&evaluator, &b->ws, &b->loss, true, &b->arena));
    for (int i = 0; i < 2; i++)
        LS_TRY(
            ls_evaluate(&evaluator, b->loader, b->plan.steps_per_epoch, &evaluation, NULL, NULL));
    found->loss = evaluation.loss;
    memcpy(found->sums, evaluation.sums, sizeof found->sums);
    return LS_OK;
}

static bool counts_right(struct bench *b, const struct found *found)
{
    double total = 0, row[K] = {0}, expected[K] = {0};
    for (int c = 0; c < K; c++)
        for (int o = 0; o < K; o++)
            row[c] += found->sums[c * K + o];
    for (int i = 0; i < N; i++)
        expected[b->memory.classes[i]]++;
    for (int c = 0; c < K; c++)
        total += row[c];
    return total == N && memcmp(row, expected, sizeof row) == 0;
}

static void every_sample_counts_once_with_the_same_bits_on_any_number_of_ranks(void **state)
{
    const struct ls_peers alone = ls_peers_alone();
    struct bench all, one;
    struct found a, b;
    bench_init(&all, &setup, *state);
    bench_init(&one, &setup, &alone);
    bool good = evaluate(&all, &a) == LS_OK && counts_right(&all, &a);
    good = evaluate(&one, &b) == LS_OK && memcmp(&a, &b, sizeof a) == 0 && good;
    assert_all_ranks(good);
    bench_release(&all);
    bench_release(&one);
}

static void evaluation_changes_no_statistics(void **state)
{
    struct bench b;
    struct found found;
    bench_init(&b, &setup, *state);
    const struct ls_layer *const bn = ls_model_layer(&b.model, "bn1");
    bool good = evaluate(&b, &found) == LS_OK;
    for (size_t c = 0; c < 8; c++)
        good = good && bn->buffer[0][c] == 0 && bn->buffer[1][c] == 1;
    assert_all_ranks(good);
    bench_release(&b);
}

static void a_sample_that_cannot_be_read_fails_on_all_ranks(void **state)
{
    struct bench b;
    struct found found;
    bench_init(&b, &setup, *state);
    b.memory.bad = N - 1;
    const bool good =
        evaluate(&b, &found) == LS_DATA && strstr(ls_message(), "memory: cannot read sample 36");
    assert_all_ranks(good);
    bench_release(&b);
}

/* Adds up the samples that a rank was shown. */
static ls_status see(void *context, const struct ls_workspace *ws, const struct ls_batch *batch)
{
    double *const seen = context;
    for (int s = 0; s < ws->shards; s++)
        for (size_t i = 0; i < ws->n[s]; i++)
            *seen += (double)(batch->samples[(size_t)s * ws->max_n + i] + 1);
    return LS_OK;
}

static void every_batch_is_shown(void **state)
{
    const struct ls_peers *const peers = *state;
    struct bench b;
    struct ls_evaluator evaluator;
    double seen = 0, total = 0;
    bench_init(&b, &setup, peers);
    bool good = ls_evaluator_init(&evaluator, &b.ws, &b.loss, true, &b.arena) == LS_OK;
    good = ls_evaluate(&evaluator, b.loader, b.plan.steps_per_epoch, NULL, see, &seen) == LS_OK &&
           good;
    MPI_Allreduce(&seen, &total, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    assert_all_ranks(good && total == N * (N + 1) / 2);
    bench_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_counts_once_with_the_same_bits_on_any_number_of_ranks),
        cmocka_unit_test(evaluation_changes_no_statistics),
        cmocka_unit_test(a_sample_that_cannot_be_read_fails_on_all_ranks),
        cmocka_unit_test(every_batch_is_shown),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
