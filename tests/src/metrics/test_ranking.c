/* Rankings against pairs counted one by one, and average precision by its definition. */
#include <string.h>

#include "src/base/philox.h"
#include "src/metrics/ranking.h"
#include "tests/src/close.h"

enum { MAX = 400 };

/* Samples as a test makes them. */
struct samples {
    size_t n;
    float score[MAX];
    bool positive[MAX];
};

/* Scores of `levels` values (many ties) or, with 0, of all; a share of positives. */
static void draw(struct samples *s, uint64_t seed, size_t n, unsigned levels, double share)
{
    s->n = n;
    for (size_t i = 0; i < n; i++) {
        const struct ls_draw draw = ls_philox(seed, 0, i);
        const unsigned value = draw.word[0];
        s->score[i] = levels ? (float)(value % (levels + 1)) / (float)levels
                             : (float)((double)value / 4294967296.0);
        s->positive[i] = (double)draw.word[1] / 4294967296.0 < share;
    }
}

static struct ls_ranking rank(const struct samples *s)
{
    uint32_t keys[MAX], spare[MAX];
    for (size_t i = 0; i < s->n; i++)
        keys[i] = ls_rank_key(s->score[i], s->positive[i]);
    return ls_rank(s->n, keys, spare);
}

/* Of all pairs of a positive and a negative, those in the right order; ties count half. */
static double auroc_by_pairs(const struct samples *s)
{
    double right = 0, pairs = 0;
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->n; j++)
            if (s->positive[i] && !s->positive[j]) {
                pairs += 1;
                right += s->score[i] > s->score[j] ? 1 : s->score[i] == s->score[j] ? 0.5 : 0;
            }
    return right / pairs;
}

/* Every positive adds the precision among the scores that are not below its own. */
static double precision_by_definition(const struct samples *s)
{
    double total = 0, positives = 0;
    for (size_t i = 0; i < s->n; i++) {
        double above = 0, found = 0;
        for (size_t j = 0; j < s->n; j++)
            if (s->score[j] >= s->score[i]) {
                above += 1;
                found += s->positive[j];
            }
        total += s->positive[i] ? found / above : 0;
        positives += s->positive[i];
    }
    return total / positives;
}

static void rankings_are_those_of_counted_pairs(void **state)
{
    (void)state;
    static const unsigned levels[] = {0, 1, 2, 7, 50};
    static const double shares[] = {0.01, 0.3, 0.5, 0.98};
    static struct samples s;
    uint64_t seed = 1;
    for (size_t l = 0; l < sizeof levels / sizeof *levels; l++)
        for (size_t p = 0; p < sizeof shares / sizeof *shares; p++)
            for (size_t n = 2; n <= MAX; n = n * 3 / 2 + 1) {
                draw(&s, seed++, n, levels[l], shares[p]);
                s.positive[0] = true;
                s.positive[1] = false;
                const struct ls_ranking found = rank(&s);
                /* pairs are whole numbers and halves: nothing is rounded but the quotient */
                assert_true(found.auroc == auroc_by_pairs(&s));
                assert_close(found.average_precision, precision_by_definition(&s), 1e-13);
                assert_int_equal(found.positives + found.negatives, n);
            }
}

static void any_order_of_the_samples_gives_the_same_bits(void **state)
{
    (void)state;
    static struct samples s, turned;
    draw(&s, 5, MAX, 40, 0.2);
    const struct ls_ranking first = rank(&s);
    turned.n = MAX;
    for (size_t step = 3; step < 30; step += 4) { /* prime to MAX */
        for (size_t i = 0; i < MAX; i++) {
            const size_t from = i * (step % 5 ? step : step + 4) % MAX;
            turned.score[i] = s.score[from];
            turned.positive[i] = s.positive[from];
        }
        const struct ls_ranking second = rank(&turned);
        assert_memory_equal(&first.auroc, &second.auroc, sizeof first.auroc);
        assert_memory_equal(&first.average_precision, &second.average_precision,
                            sizeof first.average_precision);
    }
}

static void equal_scores_are_one_threshold(void **state)
{
    (void)state;
    static struct samples s;
    draw(&s, 9, 100, 0, 0.25);
    double positives = 0;
    for (size_t i = 0; i < s.n; i++) {
        s.score[i] = 0.125f;
        positives += s.positive[i];
    }
    const struct ls_ranking found = rank(&s);
    assert_true(found.auroc == 0.5);
    assert_close(found.average_precision, positives / 100, 1e-15);
}

static void scores_that_part_the_classes_are_perfect_and_turned_around_the_worst(void **state)
{
    (void)state;
    struct samples s = {.n = 4,
                        .score = {0.1f, 1.0f, 0x1p-140f, 0.0f}, /* a subnormal among them */
                        .positive = {true, true, true, false}};
    assert_true(rank(&s).auroc == 1);
    assert_true(rank(&s).average_precision == 1);
    for (size_t i = 0; i < s.n; i++)
        s.positive[i] = !s.positive[i];
    assert_true(rank(&s).auroc == 0);
    assert_true(rank(&s).average_precision == 0.25);
}

static void one_class_alone_has_no_auroc(void **state)
{
    (void)state;
    struct samples s = {.n = 3, .score = {0.1f, 0.5f, 0.5f}, .positive = {true, true, true}};
    assert_true(isnan(rank(&s).auroc));
    assert_true(rank(&s).average_precision == 1);
    memset(s.positive, 0, sizeof s.positive);
    assert_true(isnan(rank(&s).auroc));
    assert_true(isnan(rank(&s).average_precision));
    s.n = 0;
    assert_true(isnan(rank(&s).auroc));
    assert_true(isnan(rank(&s).average_precision));
}

static void a_score_that_is_no_number_spoils_the_ranking(void **state)
{
    (void)state;
    struct samples s = {
        .n = 4, .score = {0.1f, 0.5f, NAN, 1.0f}, .positive = {true, false, false, true}};
    for (int turn = 0; turn < 2; turn++) {
        s.positive[2] = turn;
        const struct ls_ranking found = rank(&s);
        assert_true(found.is_spoilt && isnan(found.auroc) && isnan(found.average_precision));
        assert_int_equal(found.positives, 2 + turn);
        assert_int_equal(found.negatives, 2 - turn);
    }
    s.score[2] = 0.7f;
    assert_false(rank(&s).is_spoilt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rankings_are_those_of_counted_pairs),
        cmocka_unit_test(any_order_of_the_samples_gives_the_same_bits),
        cmocka_unit_test(equal_scores_are_one_threshold),
        cmocka_unit_test(scores_that_part_the_classes_are_perfect_and_turned_around_the_worst),
        cmocka_unit_test(one_class_alone_has_no_auroc),
        cmocka_unit_test(a_score_that_is_no_number_spoils_the_ranking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
