/* The thread that writes checkpoints. */
#include "tests/launch/run_dirs.h"

#include "io/hdf5.h"
#include "launch/saver.h"

static struct ls_saver saver;

static void start(void)
{
    open_run(0);
    saver = (struct ls_saver){0};
    need(ls_saver_start(&saver, &run, 3));
}

static void give(uint64_t step, bool is_best)
{
    saver.checkpoint = checkpoint_of(step);
    ls_saver_give(&saver, is_best);
}

static void what_is_given_is_written_and_told_once(void **state)
{
    (void)state;
    ls_status status;
    start();
    assert_false(ls_saver_ask(&saver, &status));
    for (uint64_t step = 1; step <= 20; step++) {
        give(step, step == 7);
        assert_true(ls_saver_wait(&saver, LS_FOREVER_S));
        assert_true(exists((int)step));
        assert_true(ls_saver_ask(&saver, &status));
        need(status);
        assert_false(ls_saver_ask(&saver, &status));
    }
    ls_saver_stop(&saver);
    assert_string_equal(link_of("latest.h5"), "checkpoints/step-000000020.h5");
    assert_string_equal(link_of("best.h5"), "checkpoints/step-000000007.h5");
    assert_false(exists(17));
}

static void stopping_waits_for_what_is_being_written(void **state)
{
    (void)state;
    start();
    give(1, false);
    ls_saver_stop(&saver);
    assert_true(exists(1));
    ls_saver_stop(&saver);
}

static void a_failure_is_told_with_its_cause_and_the_next_is_tried(void **state)
{
    (void)state;
    ls_status status;
    start();
    assert_int_equal(rename("runs/a/checkpoints", "runs/a/away"), 0);
    give(1, false);
    assert_true(ls_saver_wait(&saver, LS_FOREVER_S));
    assert_true(ls_saver_ask(&saver, &status));
    assert_int_equal(status, LS_DATA);
    assert_string_equal(ls_message(), "cannot write runs/a/checkpoints/step-000000001.h5: no such "
                                      "file or directory");
    assert_int_equal(rename("runs/a/away", "runs/a/checkpoints"), 0);
    give(2, false);
    assert_true(ls_saver_wait(&saver, LS_FOREVER_S));
    assert_true(ls_saver_ask(&saver, &status));
    need(status);
    ls_saver_stop(&saver);
    assert_true(exists(2));
}

/* The HDF5 lock, held here, keeps the thread from its work. */
static void waiting_ends_when_its_time_is_over(void **state)
{
    (void)state;
    start();
    ls_hdf5_lock();
    give(1, false);
    assert_false(ls_saver_wait(&saver, 0));
    ls_hdf5_unlock();
    assert_true(ls_saver_wait(&saver, LS_FOREVER_S));
    ls_saver_stop(&saver);
}

#define SAVER_TEST(name) cmocka_unit_test_setup_teardown(name, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAVER_TEST(what_is_given_is_written_and_told_once),
        SAVER_TEST(stopping_waits_for_what_is_being_written),
        SAVER_TEST(a_failure_is_told_with_its_cause_and_the_next_is_tried),
        SAVER_TEST(waiting_ends_when_its_time_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
