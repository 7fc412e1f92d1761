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

enum { ALL = LS_WANT_COUNTS | LS_WANT_BINS | LS_WANT_RANKINGS };

/* Whatever was measured, with room for K classes or labels. */
struct found {
    double loss, sums[K * LS_LABEL_COUNTS], bins[LS_BINS * LS_BIN_SUMS];
    uint64_t spoilt;
    struct ls_ranking rankings[K];
};

static void keep(const struct ls_evaluation *evaluation, const struct ls_evaluator *e,
                 struct found *found)
{
    const struct ls_measures *const measures = &evaluation->measures;
    memset(found, 0, sizeof *found);
    found->loss = evaluation->loss;
    found->spoilt = evaluation->spoilt;
    memcpy(found->sums, measures->counts, ls_metrics_len(e->kind, K) * sizeof(double));
    memcpy(found->bins, measures->bins, sizeof found->bins);
    for (size_t c = 0; c < K; c++) {
        found->rankings[c].positives = measures->rankings[c].positives;
        found->rankings[c].negatives = measures->rankings[c].negatives;
        found->rankings[c].auroc = measures->rankings[c].auroc;
        found->rankings[c].average_precision = measures->rankings[c].average_precision;
        found->rankings[c].is_spoilt = measures->rankings[c].is_spoilt;
    }
}

/* Evaluates twice over, as at the ends of two epochs. */
static ls_status evaluate(struct bench *b, struct found *found)
{
    struct ls_evaluator evaluator;
    struct ls_evaluation evaluation;
    LS_TRY(ls_evaluator_init(&evaluator, &b->ws, &b->loss, &b->plan, ALL, &b->arena));
    for (int i = 0; i < 2; i++)
        LS_TRY(
            ls_evaluate(&evaluator, b->loader, b->plan.steps_per_epoch, &evaluation, NULL, NULL));
    keep(&evaluation, &evaluator, found);
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

static bool rankings_right(struct bench *b, const struct found *found)
{
    bool good = true;
    for (int c = 0; c < K; c++) {
        const struct ls_ranking *const ranking = &found->rankings[c];
        uint64_t positives = 0;
        for (int i = 0; i < N; i++)
            positives += b->memory.classes[i] == c;
        good = good && ranking->positives == positives && ranking->negatives == N - positives &&
               ranking->auroc >= 0 && ranking->auroc <= 1 && ranking->average_precision > 0;
    }
    return good;
}

static void every_sample_counts_once_with_the_same_bits_on_any_number_of_ranks(void **state)
{
    const struct ls_peers alone = ls_peers_alone();
    struct bench all, one;
    struct found a, b;
    bench_init(&all, &setup, *state);
    bench_init(&one, &setup, &alone);
    bool good = evaluate(&all, &a) == LS_OK && counts_right(&all, &a) && rankings_right(&all, &a);
    good = evaluate(&one, &b) == LS_OK && memcmp(&a, &b, sizeof a) == 0 && good;
    assert_all_ranks(good);
    bench_release(&all);
    bench_release(&one);
}

/* Labels: most samples have a score of exactly one half, one label is borne by all of them and one
 * by none. */
static void labels_are_ranked_with_the_same_bits_on_any_number_of_ranks(void **state)
{
    static const struct bench_setup labels = {.model = "[relu, {dense: {out: 3, bias: false}}]",
                                              .loss = "bce",
                                              .input = {1, 2, 1, 1},
                                              .samples = 3 * N,
                                              .batch = 12};
    const struct ls_peers alone = ls_peers_alone();
    struct bench benches[2];
    struct found found[2];
    bool good = true;
    for (int i = 0; i < 2; i++) {
        struct bench *const b = &benches[i];
        bench_init(b, &labels, i == 0 ? (const struct ls_peers *)*state : &alone);
        for (size_t s = 0; s < 3 * N; s++) {
            b->memory.values[s * K] = 1;
            b->memory.values[s * K + 1] = s % 3 == 0;
            b->memory.values[s * K + 2] = 0;
        }
        bench_load(b, 0);
        good = evaluate(b, &found[i]) == LS_OK && good;
    }
    const struct ls_ranking *const r = found[0].rankings;
    good = good && memcmp(&found[0], &found[1], sizeof found[0]) == 0;
    good = good && isnan(r[0].auroc) && r[0].average_precision == 1 && r[1].positives == N;
    good = good && r[1].auroc > 0 && r[1].auroc < 1 && isnan(r[2].average_precision);
    assert_all_ranks(good);
    for (int i = 0; i < 2; i++)
        bench_release(&benches[i]);
}

/* A weight that is no number: the model's outputs, and what is made of scores, are none either. */
static void outputs_that_are_no_numbers_are_counted(void **state)
{
    struct bench b;
    struct found found;
    bench_init(&b, &setup, *state);
    b.model.params[0] = (real)NAN;
    bool good = evaluate(&b, &found) == LS_OK && found.spoilt == N;
    for (int c = 0; c < K; c++)
        good = good && found.rankings[c].is_spoilt && isnan(found.rankings[c].auroc);
    const struct ls_measures measures = {.k = K, .counts = found.sums, .bins = found.bins};
    good = good && isnan(ls_metric_value(ls_metric_find("calibration_error"), LS_METRIC_CLASSES,
                                         &measures));
    assert_all_ranks(good);
    bench_release(&b);
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
    bench_load(&b, 0); /* which may have read ahead */
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
    bool good =
        ls_evaluator_init(&evaluator, &b.ws, &b.loss, NULL, LS_WANT_COUNTS, &b.arena) == LS_OK;
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
        cmocka_unit_test(labels_are_ranked_with_the_same_bits_on_any_number_of_ranks),
        cmocka_unit_test(outputs_that_are_no_numbers_are_counted),
        cmocka_unit_test(evaluation_changes_no_statistics),
        cmocka_unit_test(a_sample_that_cannot_be_read_fails_on_all_ranks),
        cmocka_unit_test(every_batch_is_shown),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
