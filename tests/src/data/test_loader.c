#include "tests/bench.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { N = 37, BATCH = 12, K = 3, LEN = 2 * 4 * 3 };

struct fixture {
    struct ls_arena arena;
    struct memory memory;
    struct ls_subset subset;
    struct ls_plan plan;
    struct ls_transform transform;
    struct ls_tree tree;
    struct ls_loader_spec spec;
};

/* Rank 1 of 2, which holds shards 2, 3 and 4 of 5. */
static int set_up(void **state)
{
    static struct fixture f;
    f = (struct fixture){.transform = {.shape = {3, 2, 4, 3}, .augment = {.flip = true}}};
    ls_arena_init(&f.arena);
    memory_init(&f.memory, N, f.transform.shape, K, 0, &f.arena);
    f.subset = ls_subset_all(N);
    f.plan = ls_plan(&f.subset, BATCH, 1, LS_ORDER_SHUFFLE);
    f.spec = (struct ls_loader_spec){.source = &f.memory.source,
                                     .plan = &f.plan,
                                     .transform = &f.transform,
                                     .tree = &f.tree,
                                     .training = true,
                                     .labels = true,
                                     .target = LS_TARGET_CLASS,
                                     .k = K};
    *state = &f;
    return ls_tree_plan(&f.tree, 5, 2, 1, 1, &f.arena) == LS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *const f = *state;
    ls_arena_release(&f->arena);
    return 0;
}

static struct ls_loader *start(const struct fixture *f, uint64_t first)
{
    struct ls_loader *loader = NULL;
    if (ls_loader_create(&loader, &f->spec, first) != LS_OK)
        fail_msg("%s", ls_message());
    return loader;
}

static void check_batch(const struct fixture *f, const struct ls_batch *batch, uint64_t s)
{
    const struct ls_plan_step step = ls_plan_step(&f->plan, s);
    assert_int_equal(batch->status, LS_OK);
    assert_int_equal(batch->step, s);
    assert_int_equal(batch->epoch, step.epoch);
    assert_int_equal(batch->global_n, step.n);
    assert_int_equal(batch->max_n, 3);
    for (int i = 0; i < 3; i++) {
        const int shard = f->tree.first + i;
        const size_t row = ls_shard_row(step.n, 5, shard);
        assert_int_equal(batch->row[i], row);
        assert_int_equal(batch->n[i], ls_shard_row(step.n, 5, shard + 1) - row);
        for (size_t e = 0; e < batch->n[i]; e++) {
            const size_t at = (size_t)i * batch->max_n + e;
            uint64_t sample;
            real x[LEN];
            ls_plan_samples(&f->plan, &step, row + e, 1, &sample);
            ls_transform(&f->transform, f->spec.training, step.epoch, sample,
                         f->memory.x + sample * LEN, x);
            assert_int_equal(batch->samples[at], sample);
            assert_memory_equal(batch->x + at * LEN, x, sizeof x);
            if (batch->classes)
                assert_int_equal(batch->classes[at], f->memory.classes[sample]);
        }
    }
}

static void batches_are_what_the_plan_and_the_source_say(void **state)
{
    const struct fixture *const f = *state;
    struct ls_loader *const loader = start(f, 0);
    for (uint64_t s = 0; s < 9; s++)
        check_batch(f, ls_loader_next(loader), s);
    ls_loader_free(loader);
}

static void a_loader_can_begin_in_mid_epoch(void **state)
{
    const struct fixture *const f = *state;
    struct ls_loader *const loader = start(f, 6);
    for (uint64_t s = 6; s < 9; s++)
        check_batch(f, ls_loader_next(loader), s);
    ls_loader_free(loader);
}

static void a_batch_stays_while_the_next_is_read(void **state)
{
    const struct fixture *const f = *state;
    struct ls_loader *const loader = start(f, 0);
    for (uint64_t s = 0; s < 200; s++) {
        const struct ls_batch *const batch = ls_loader_next(loader);
        sched_yield();
        check_batch(f, batch, s);
    }
    ls_loader_free(loader);
}

/* What the reader has done, as the source sees it. */
static atomic_size_t n_expected, n_read;
static atomic_bool unexpected;
static const struct ls_source_ops *counted;

static ls_status count_read(void *context, const uint64_t *samples, size_t n, float *x)
{
    const size_t read = atomic_fetch_add(&n_read, n) + n;
    if (read > atomic_load(&n_expected))
        atomic_store(&unexpected, true);
    return counted->read_x(context, samples, n, x);
}

static void count_expected(void *context, const uint64_t *samples, size_t n)
{
    (void)context, (void)samples;
    atomic_fetch_add(&n_expected, n);
}

/* The samples of this rank in the steps below `end`. */
static size_t own_samples(const struct fixture *f, uint64_t end)
{
    size_t n = 0;
    for (uint64_t s = 0; s < end; s++) {
        const struct ls_plan_step step = ls_plan_step(&f->plan, s);
        n += ls_shard_row(step.n, 5, f->tree.last) - ls_shard_row(step.n, 5, f->tree.first);
    }
    return n;
}

/* How far a loader of batches of `room` samples at most reads, beyond the step it is at. */
static void expect_ahead(struct fixture *f, size_t room, uint64_t ahead)
{
    struct ls_source_ops ops = *f->memory.source.ops;
    ops.read_x = count_read;
    ops.expect = count_expected;
    counted = f->memory.source.ops;
    f->memory.source.ops = &ops;
    f->spec.room = room;
    atomic_store(&n_read, 0);
    atomic_store(&n_expected, 0);
    struct ls_loader *const loader = start(f, 0);
    for (uint64_t s = 0; s < 12; s++) {
        (void)ls_loader_next(loader);
        const size_t n = own_samples(f, s + ahead + 1);
        for (int ms = 0; ms < 10000 && atomic_load(&n_read) < n; ms++)
            (void)usleep(1000);
        (void)usleep(2000);
        assert_int_equal(atomic_load(&n_read), n);
    }
    ls_loader_free(loader);
    f->memory.source.ops = counted;
}

static void two_large_batches_or_seven_small_ones_are_read_ahead(void **state)
{
    struct fixture *const f = *state;
    expect_ahead(f, BATCH, 7);
    expect_ahead(f, 50000, 2);
}

static void a_source_is_told_of_samples_before_they_are_read(void **state)
{
    struct fixture *const f = *state;
    atomic_store(&unexpected, false);
    expect_ahead(f, 0, 7);
    assert_false(atomic_load(&unexpected));
}

static void values_are_read_as_they_are(void **state)
{
    struct fixture *const f = *state;
    memory_init(&f->memory, N, f->transform.shape, 0, 2, &f->arena);
    f->spec.target = LS_TARGET_VALUES;
    f->spec.k = 2;
    struct ls_loader *const loader = start(f, 0);
    const struct ls_batch *const batch = ls_loader_next(loader);
    check_batch(f, batch, 0);
    assert_null(batch->classes);
    for (size_t i = 0; i < 2 * batch->n[1]; i++)
        assert_true((float)batch->values[2 * 3 + i] ==
                    f->memory.values[2 * batch->samples[3 + i / 2] + i % 2]);
    ls_loader_free(loader);
}

/* The first of 4 steps whose batch carries a failure, and the message; the others are good. */
static void expect_failure(const struct fixture *f, const char *message)
{
    struct ls_loader *const loader = start(f, 0);
    int failed = 0;
    for (int s = 0; s < 4; s++) {
        const struct ls_batch *const batch = ls_loader_next(loader);
        if (batch->status == LS_OK)
            continue;
        failed++;
        assert_int_equal(batch->status, LS_DATA);
        assert_string_equal(batch->message, message);
    }
    assert_int_equal(failed, 1);
    ls_loader_free(loader);
}

/* A sample that this rank reads in the first epoch. */
static uint64_t own_sample(const struct fixture *f)
{
    uint64_t sample;
    const struct ls_plan_step step = ls_plan_step(&f->plan, 1);
    ls_plan_samples(&f->plan, &step, 10, 1, &sample);
    return sample;
}

static void a_label_out_of_range_rides_in_the_batch(void **state)
{
    struct fixture *const f = *state;
    const uint64_t sample = own_sample(f);
    char message[100];
    (void)snprintf(message, sizeof message, "memory: the label of sample %d is 3, expected 0 to 2",
                   (int)sample);
    f->memory.classes[sample] = 3;
    expect_failure(f, message);
}

static void a_value_that_is_not_finite_rides_in_the_batch_when_asked_to_check(void **state)
{
    struct fixture *const f = *state;
    const uint64_t sample = own_sample(f);
    char message[100];
    (void)snprintf(message, sizeof message,
                   "memory: x of sample %d has a value that is not finite (inf)", (int)sample);
    f->memory.x[sample * LEN + LEN - 1] = INFINITY;
    f->spec.check = true;
    expect_failure(f, message);
}

static void a_target_that_is_not_finite_is_found_too(void **state)
{
    struct fixture *const f = *state;
    const uint64_t sample = own_sample(f);
    char message[100];
    (void)snprintf(message, sizeof message,
                   "memory: y of sample %d has a value that is not finite (nan)", (int)sample);
    memory_init(&f->memory, N, f->transform.shape, 0, 2, &f->arena);
    f->memory.values[sample * 2 + 1] = NAN;
    f->spec.target = LS_TARGET_VALUES;
    f->spec.k = 2;
    f->spec.check = true;
    expect_failure(f, message);
}

static void a_sample_that_cannot_be_read_rides_in_the_batch(void **state)
{
    struct fixture *const f = *state;
    char message[100];
    f->memory.bad = (int64_t)own_sample(f);
    (void)snprintf(message, sizeof message, "memory: cannot read sample %d", (int)f->memory.bad);
    expect_failure(f, message);
}

static void labels_that_do_not_suit_the_loss_are_refused(void **state)
{
    struct fixture *const f = *state;
    struct ls_loader *loader;
    f->spec.target = LS_TARGET_VALUES;
    assert_int_equal(ls_loader_create(&loader, &f->spec, 0), LS_DATA);
    assert_null(loader);
    assert_string_equal(ls_message(),
                        "memory: y has 1 value a sample, but the model gives 3 outputs");
    f->memory.source.labels_are_classes = false;
    f->spec.target = LS_TARGET_CLASS;
    assert_int_equal(ls_loader_create(&loader, &f->spec, 0), LS_DATA);
    assert_non_null(strstr(ls_message(), "the loss takes classes"));
    f->memory.source.has_labels = false;
    assert_int_equal(ls_loader_create(&loader, &f->spec, 0), LS_DATA);
    assert_string_equal(ls_message(), "memory has no labels");
    f->spec.labels = false;
    ls_loader_free(start(f, 0));
}

/* The reader stands still at the limit, whatever room there is, and goes on once that is moved: a
 * label that is spoilt meanwhile is seen. */
static void nothing_is_read_past_the_limit(void **state)
{
    struct fixture *const f = *state;
    const uint64_t sample = own_sample(f); /* of step 1 */
    f->spec.limit = 1;
    struct ls_loader *const loader = start(f, 0);
    assert_int_equal(ls_loader_next(loader)->status, LS_OK);
    (void)usleep(20000);
    f->memory.classes[sample] = K;
    ls_loader_limit(loader, 3);
    assert_int_equal(ls_loader_next(loader)->status, LS_DATA);
    f->memory.classes[sample] = 0;
    assert_int_equal(ls_loader_next(loader)->status, LS_OK);
    ls_loader_free(loader);
}

#define LOADER_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOADER_TEST(batches_are_what_the_plan_and_the_source_say),
        LOADER_TEST(a_loader_can_begin_in_mid_epoch),
        LOADER_TEST(a_batch_stays_while_the_next_is_read),
        LOADER_TEST(two_large_batches_or_seven_small_ones_are_read_ahead),
        LOADER_TEST(a_source_is_told_of_samples_before_they_are_read),
        LOADER_TEST(values_are_read_as_they_are),
        LOADER_TEST(a_label_out_of_range_rides_in_the_batch),
        LOADER_TEST(a_value_that_is_not_finite_rides_in_the_batch_when_asked_to_check),
        LOADER_TEST(a_target_that_is_not_finite_is_found_too),
        LOADER_TEST(a_sample_that_cannot_be_read_rides_in_the_batch),
        LOADER_TEST(nothing_is_read_past_the_limit),
        LOADER_TEST(labels_that_do_not_suit_the_loss_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
