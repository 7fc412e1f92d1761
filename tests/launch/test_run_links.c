/* The links of a run that goes on. */
#include "tests/launch/run_dirs.h"

static void save(uint64_t step, bool is_best)
{
    const struct ls_checkpoint saved = checkpoint_of(step);
    need(ls_run_dir_save(&run, &saved, 9, is_best));
}

static bool mend(uint64_t step, uint64_t best_step)
{
    bool lost = false;
    need(ls_run_dir_mend(&run, step, best_step, &lost));
    return lost;
}

/* Killed after a checkpoint came into its place and before the links moved. */
static void links_that_were_not_moved_are_moved(void **state)
{
    (void)state;
    open_run(0);
    save(1, true);
    save(2, false);
    assert_int_equal(unlink("runs/a/latest.h5"), 0);
    assert_int_equal(symlink("checkpoints/step-000000001.h5", "runs/a/latest.h5"), 0);
    assert_false(mend(2, 2));
    assert_string_equal(link_of("latest.h5"), "checkpoints/step-000000002.h5");
    assert_string_equal(link_of("best.h5"), "checkpoints/step-000000002.h5");
}

static void a_run_that_goes_back_has_its_latest_there(void **state)
{
    (void)state;
    open_run(0);
    save(1, true);
    save(2, true);
    damage(2);
    assert_false(mend(1, 1));
    assert_string_equal(link_of("latest.h5"), "checkpoints/step-000000001.h5");
    assert_string_equal(link_of("best.h5"), "checkpoints/step-000000001.h5");
}

static void a_best_one_that_is_bad_is_no_longer_the_best(void **state)
{
    (void)state;
    open_run(0);
    save(1, true);
    save(2, false);
    damage(1);
    assert_true(mend(2, 1));
    assert_string_equal(link_of("best.h5"), "");
    assert_string_equal(link_of("latest.h5"), "checkpoints/step-000000002.h5");
}

static void where_the_best_is_not_known_its_link_stays(void **state)
{
    (void)state;
    open_run(0);
    save(1, true);
    save(2, false);
    assert_false(mend(2, 0));
    assert_string_equal(link_of("best.h5"), "checkpoints/step-000000001.h5");
}

#define LINK_TEST(name) cmocka_unit_test_setup_teardown(name, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINK_TEST(links_that_were_not_moved_are_moved),
        LINK_TEST(a_run_that_goes_back_has_its_latest_there),
        LINK_TEST(a_best_one_that_is_bad_is_no_longer_the_best),
        LINK_TEST(where_the_best_is_not_known_its_link_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
