/* Batches into which hard examples come again, in natural shares and with balance. */
#include "tests/bench.h"

#include <string.h>

#include "src/sampler/sampler.h"

enum { N = 600, K = 3, BATCH = 25, STEPS_PER_EPOCH = N / BATCH, SHARDS = 4, STEPS = 400 };

struct fixture {
    struct ls_arena arena;
    struct ls_peers peers;
    struct ls_subset subset;
    uint64_t n[K], weights[K];
    struct ls_balance balance;
    struct ls_replay replay;
    int32_t groups[N];
    struct ls_plan plan;
    struct ls_sampler sampler;
};

/* A sixth of the samples is of class 1, a sixth of class 2. */
static int32_t class_of(uint64_t sample)
{
    return sample % 6 < 4 ? 0 : (int32_t)(sample % 6) - 3;
}

static uint64_t nth(const void *index, size_t class, uint64_t i)
{
    (void)index;
    return class == 0 ? i / 4 * 6 + i % 4 : 6 * i + 3 + class;
}

static void open_fixture(struct fixture *f, const struct ls_hard *hard, bool balanced)
{
    *f = (struct fixture){.peers = ls_peers_alone(),
                          .subset = ls_subset_all(N),
                          .n = {400, 100, 100},
                          .weights = {2, 1, 1}};
    ls_arena_init(&f->arena);
    f->balance =
        (struct ls_balance){.classes = {.len = K, .n = f->n, .sample = nth}, .weights = f->weights};
    f->plan = ls_plan(&f->subset, BATCH, 1, LS_ORDER_SHUFFLE);
    f->plan.balance = balanced ? &f->balance : NULL;
    f->plan.replay = &f->replay;
    const uint64_t all = N;
    const struct ls_replay_spec spec = {.peers = &f->peers,
                                        .hard = *hard,
                                        .len = N,
                                        .steps_per_epoch = STEPS_PER_EPOCH,
                                        .n_groups = balanced ? K : 1,
                                        .counts = balanced ? f->n : &all};
    assert_int_equal(ls_replay_init(&f->replay, &spec, &f->arena), LS_OK);
    for (uint64_t i = 0; i < N; i++) {
        f->groups[i] = class_of(i);
        f->replay.recall.loss[i] = (float)(i * 37 % N);
    }
    f->replay.groups = balanced ? f->groups : NULL;
    if (hard->share > 0)
        ls_replay_fill(&f->replay);
    assert_int_equal(ls_sampler_init(&f->sampler, &f->plan, SHARDS, &f->arena), LS_OK);
}

static const struct ls_hard quarter = {
    .on = true, .share = 0.25, .pool = 0.2, .power = 1, .warmup_epochs = 1};

static bool is_spare(const struct ls_pick *pick)
{
    return !pick->hard && pick->occasion >> 31 != 0;
}

/* In the first epoch, batches are those of the plan without hard examples. */
static void before_the_warm_up_is_over_nothing_changes(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, &quarter, false);
    struct ls_plan without = f.plan;
    without.replay = NULL;
    for (uint64_t s = 0; s < STEPS_PER_EPOCH; s++) {
        uint64_t samples[BATCH];
        const struct ls_plan_step step = ls_plan_step(&without, s);
        const struct ls_pick *const picks = ls_sampler_batch(&f.sampler, s, 0, BATCH);
        ls_plan_samples(&without, &step, 0, BATCH, samples);
        for (size_t i = 0; i < BATCH; i++) {
            int found = 0;
            for (size_t j = 0; j < BATCH; j++)
                found += picks[j].sample == samples[i];
            assert_int_equal(found, 1);
            assert_false(picks[i].hard);
            assert_int_equal(picks[i].occasion, 0);
        }
    }
    ls_arena_release(&f.arena);
}

/* What is in one batch: of each class, and hard of it; all hard ones are in the pool, and once. */
struct tally {
    size_t n[K], hard[K];
};

static struct tally count(const struct fixture *f, const struct ls_pick *picks)
{
    struct tally t = {0};
    bool seen[N] = {false};
    for (size_t i = 0; i < BATCH; i++) {
        const uint64_t sample = picks[i].sample;
        assert_true(sample < N);
        t.n[class_of(sample)]++;
        if (!picks[i].hard)
            continue;
        bool is_in_pool = false;
        for (uint64_t at = 0; at < f->replay.pool.first[f->replay.pool.n_groups]; at++)
            is_in_pool = is_in_pool || f->replay.pool.samples[at] == sample;
        assert_true(is_in_pool && !seen[sample]);
        assert_true(picks[i].loss == f->replay.recall.loss[sample]);
        t.hard[class_of(sample)]++;
        seen[sample] = true;
    }
    return t;
}

static void the_share_is_hard_in_every_window_to_within_one(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, &quarter, false);
    double so_far = 0;
    for (uint64_t s = STEPS_PER_EPOCH; s < STEPS; s++) {
        const struct tally t = count(&f, ls_sampler_batch(&f.sampler, s, 0, BATCH));
        so_far += (double)(t.hard[0] + t.hard[1] + t.hard[2]) - 0.25 * BATCH;
        assert_true(so_far > -1 && so_far < 1);
    }
    ls_arena_release(&f.arena);
}

static void with_balance_it_is_the_share_of_each_class(void **state)
{
    (void)state;
    struct fixture f, without;
    const struct ls_hard none = {.on = true, .warmup_epochs = 1};
    open_fixture(&f, &quarter, true);
    open_fixture(&without, &none, true);
    double so_far[K] = {0};
    for (uint64_t s = 0; s < STEPS; s++) {
        const struct tally t = count(&f, ls_sampler_batch(&f.sampler, s, 0, BATCH));
        const struct tally plain = count(&without, ls_sampler_batch(&without.sampler, s, 0, BATCH));
        assert_memory_equal(t.n, plain.n, sizeof t.n);
        for (size_t c = 0; c < K && s >= STEPS_PER_EPOCH; c++) {
            so_far[c] += (double)t.hard[c] - 0.25 * (double)t.n[c];
            assert_true(so_far[c] > -1 && so_far[c] < 1);
        }
    }
    ls_arena_release(&f.arena);
    ls_arena_release(&without.arena);
}

/* The ordinary rows go on in their walk, and no two draws of a sample have the same occasion. */
static void check_walks(bool balanced)
{
    static bool seen[N][64]; /* by pass */
    static uint64_t hard_at[N];
    struct fixture f;
    open_fixture(&f, &quarter, balanced);
    memset(seen, 0, sizeof seen);
    memset(hard_at, 0, sizeof hard_at);
    uint64_t ordinary[K] = {0}, passes[K] = {0};
    for (uint64_t s = 0; s < STEPS; s++) {
        const struct ls_pick *const picks = ls_sampler_batch(&f.sampler, s, 0, BATCH);
        for (size_t i = 0; i < BATCH; i++) {
            const struct ls_pick *const pick = &picks[i];
            assert_false(is_spare(pick));
            if (pick->hard) {
                assert_true(pick->occasion > hard_at[pick->sample]);
                hard_at[pick->sample] = pick->occasion;
                continue;
            }
            assert_true(pick->occasion < 64 && !seen[pick->sample][pick->occasion]);
            seen[pick->sample][pick->occasion] = true;
            const int32_t c = balanced ? class_of(pick->sample) : 0;
            ordinary[c]++;
            passes[c] = pick->occasion > passes[c] ? pick->occasion : passes[c];
        }
    }
    for (size_t c = 0; c < (balanced ? K : 1); c++) {
        const uint64_t n = balanced ? f.n[c] : N;
        assert_true(passes[c] >= 5);
        assert_int_equal(passes[c], (ordinary[c] - 1) / n); /* no pass begins before one ends */
    }
    ls_arena_release(&f.arena);
}

static void the_other_rows_walk_every_sample_once_a_pass(void **state)
{
    (void)state;
    check_walks(false);
    check_walks(true);
}

static void every_shard_gets_its_equal_part_of_hard_ones(void **state)
{
    (void)state;
    for (int balanced = 0; balanced < 2; balanced++) {
        struct fixture f;
        open_fixture(&f, &quarter, balanced);
        for (uint64_t s = STEPS_PER_EPOCH; s < STEPS; s++) {
            const struct ls_pick *const picks = ls_sampler_batch(&f.sampler, s, 0, BATCH);
            size_t least = BATCH, most = 0;
            for (int shard = 0; shard < SHARDS; shard++) {
                size_t hard = 0;
                for (size_t i = ls_shard_row(BATCH, SHARDS, shard);
                     i < ls_shard_row(BATCH, SHARDS, shard + 1); i++)
                    hard += picks[i].hard;
                least = hard < least ? hard : least;
                most = hard > most ? hard : most;
            }
            assert_true(most - least <= 1);
        }
        ls_arena_release(&f.arena);
    }
}

/* Two samples are in the pool, twelve are wanted: the rest comes from a walk of its own. */
static void where_the_pool_is_too_small_others_stand_in(void **state)
{
    (void)state;
    const struct ls_hard half = {.on = true, .share = 0.5, .pool = 2.0 / N, .power = 1};
    static uint64_t ordinary[N];
    struct fixture f;
    open_fixture(&f, &half, false);
    size_t spare = 0, hard = 0;
    for (uint64_t s = 0; s < STEPS; s++) {
        const struct ls_pick *const picks = ls_sampler_batch(&f.sampler, s, 0, BATCH);
        (void)count(&f, picks);
        for (size_t i = 0; i < BATCH; i++) {
            spare += is_spare(&picks[i]);
            hard += picks[i].hard;
            if (!picks[i].hard && !is_spare(&picks[i]))
                ordinary[picks[i].sample]++;
        }
    }
    assert_int_equal(hard, 2 * STEPS);
    assert_int_equal(spare + hard, STEPS * BATCH / 2);
    for (size_t i = 0; i < N; i++)
        assert_in_range(ordinary[i], STEPS * BATCH / 2 / N, STEPS * BATCH / 2 / N + 1);
    ls_arena_release(&f.arena);
}

static void a_step_is_the_same_however_one_comes_to_it(void **state)
{
    (void)state;
    for (int balanced = 0; balanced < 2; balanced++) {
        static struct ls_pick order[STEPS][BATCH];
        struct fixture f;
        open_fixture(&f, &quarter, balanced);
        for (uint64_t s = 0; s < STEPS; s++)
            memcpy(order[s], ls_sampler_batch(&f.sampler, s, 0, BATCH), sizeof order[s]);
        for (uint64_t s = STEPS; s > 7; s -= 7) {
            struct ls_sampler fresh;
            assert_int_equal(ls_sampler_init(&fresh, &f.plan, SHARDS, &f.arena), LS_OK);
            const struct ls_pick *const picks = ls_sampler_batch(&fresh, s - 1, 0, BATCH);
            for (size_t i = 0; i < BATCH; i++) {
                assert_int_equal(picks[i].sample, order[s - 1][i].sample);
                assert_int_equal(picks[i].occasion, order[s - 1][i].occasion);
            }
        }
        ls_arena_release(&f.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_the_warm_up_is_over_nothing_changes),
        cmocka_unit_test(the_share_is_hard_in_every_window_to_within_one),
        cmocka_unit_test(with_balance_it_is_the_share_of_each_class),
        cmocka_unit_test(the_other_rows_walk_every_sample_once_a_pass),
        cmocka_unit_test(every_shard_gets_its_equal_part_of_hard_ones),
        cmocka_unit_test(where_the_pool_is_too_small_others_stand_in),
        cmocka_unit_test(a_step_is_the_same_however_one_comes_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
