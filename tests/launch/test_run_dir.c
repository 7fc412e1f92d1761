#include "tests/launch/run_dirs.h"

#include <sys/wait.h>

static ls_status claim(const char *path, bool resume)
{
    struct ls_run_dir other;
    const ls_status status = ls_run_dir_claim(&other, path, resume);
    (void)ls_run_dir_close(&other);
    return status;
}

static void save(uint64_t step, size_t keep, bool is_best)
{
    const struct ls_checkpoint saved = checkpoint_of(step);
    need(ls_run_dir_save(&run, &saved, keep, is_best));
}

static void put(const char *path, const char *text)
{
    FILE *const file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void expect_file(const char *path, const char *expected)
{
    char text[4096] = "";
    FILE *const file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    assert_string_equal(text, expected);
}

static uint64_t newest(void)
{
    const struct ls_peers alone = ls_peers_alone();
    struct ls_checkpoint found;
    const char *name = NULL;
    need(ls_run_dir_newest("runs/a", &found, &name, &alone, &arena));
    assert_true((name != NULL) == (found.job != NULL));
    return found.step;
}

static void a_folder_with_a_run_is_refused_unless_it_goes_on(void **state)
{
    (void)state;
    need(claim("runs/a", false));
    need(claim("runs/a", true));
    assert_int_not_equal(access("runs", F_OK), 0);
    open_run(0);
    need(ls_run_dir_close(&run));
    assert_int_equal(claim("runs/a", false), LS_USAGE);
    assert_string_equal(ls_message(), "runs/a already holds a run: go on with it by --resume, or "
                                      "name another folder by --run");
    need(claim("runs/a", true));
    put("runs/file", "");
    assert_int_equal(claim("runs/file", true), LS_USAGE);
    expect_file("runs/a/job.yaml", "seed: 1\n");
}

static void a_folder_of_checkpoints_alone_holds_a_run(void **state)
{
    (void)state;
    open_run(0);
    assert_int_equal(unlink("runs/a/job.yaml"), 0);
    need(claim("runs/a", false));
    save(1, 2, false);
    assert_int_equal(claim("runs/a", false), LS_USAGE);
}

static void checkpoints_that_cannot_be_listed_are_not_taken_for_none(void **state)
{
    (void)state;
    open_run(0);
    need(ls_run_dir_close(&run));
    assert_int_equal(rmdir("runs/a/checkpoints"), 0);
    put("runs/a/checkpoints", "");
    const struct ls_peers alone = ls_peers_alone();
    struct ls_checkpoint found;
    const char *name = NULL;
    assert_int_equal(ls_run_dir_newest("runs/a", &found, &name, &alone, &arena), LS_DATA);
    assert_string_equal(ls_message(),
                        "runs/a/checkpoints: cannot read the folder: Not a directory");
    assert_int_equal(claim("runs/a", false), LS_DATA);
}

static void a_folder_is_locked_until_it_is_closed(void **state)
{
    (void)state;
    char expected[600], host[256] = "";
    struct ls_run_lock lock = {0};
    open_run(0);
    assert_int_equal(ls_run_lock_take(&lock, "runs/a", 0.2), LS_USAGE);
    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    (void)snprintf(expected, sizeof expected, "runs/a is in use by another run (host %s, pid %ld)",
                   host, (long)getpid());
    assert_string_equal(ls_message(), expected);
    need(ls_run_dir_close(&run));
    need(ls_run_lock_take(&lock, "runs/a", 0));
    ls_run_lock_release(&lock);
}

static void the_lock_of_a_process_that_soon_ends_is_waited_for(void **state)
{
    (void)state;
    open_run(0);
    const pid_t child = fork();
    if (child == 0) { /* holds the open file too */
        (void)usleep(300000);
        _exit(0);
    }
    assert_true(child > 0);
    (void)close(run.lock.fd);
    run.lock = (struct ls_run_lock){0};
    need(ls_run_dir_close(&run));
    struct ls_run_lock lock = {0};
    assert_int_equal(ls_run_lock_take(&lock, "runs/a", 0), LS_USAGE);
    open_run(1);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void a_run_that_came_in_between_is_found(void **state)
{
    (void)state;
    struct ls_run_dir late;
    need(ls_run_dir_claim(&late, "runs/a", false));
    open_run(0);
    need(ls_run_dir_close(&run));
    assert_int_equal(ls_run_dir_open(&late, "seed: 2\n", 0, &arena), LS_USAGE);
    assert_non_null(strstr(ls_message(), "already holds a run"));
    expect_file("runs/a/job.yaml", "seed: 1\n");
    need(ls_run_dir_close(&late));
}

static void a_start_that_fails_leaves_no_run(void **state)
{
    (void)state;
    assert_int_equal(mkdir("runs", 0777), 0);
    assert_int_equal(mkdir("runs/a", 0777), 0);
    assert_int_equal(mkdir("runs/a/job.yaml.tmp", 0777), 0);
    need(ls_run_dir_claim(&run, "runs/a", false));
    assert_int_equal(ls_run_dir_open(&run, "seed: 1\n", 0, &arena), LS_DATA);
    assert_non_null(strstr(ls_message(), "job.yaml: cannot write"));
    need(ls_run_dir_close(&run));
    assert_int_not_equal(access("runs/a/checkpoints", F_OK), 0);
    assert_int_not_equal(access("runs/a/metrics.jsonl", F_OK), 0);
    assert_int_equal(rmdir("runs/a/job.yaml.tmp"), 0);
    open_run(0);
}

static void a_checkpoint_under_another_s_name_is_passed_over(void **state)
{
    (void)state;
    open_run(0);
    save(3, 3, false);
    save(5, 3, false);
    assert_int_equal(rename(checkpoint(5), checkpoint(9)), 0);
    assert_int_equal(newest(), 3);
}

static void temporary_files_of_a_killed_run_are_removed(void **state)
{
    (void)state;
    open_run(0);
    save(3, 3, false);
    need(ls_run_dir_close(&run));
    put("runs/a/checkpoints/.step-000000004.h5.tmp", "torn");
    put("runs/a/checkpoints/.step-notes", "");
    open_run(3);
    assert_int_not_equal(access("runs/a/checkpoints/.step-000000004.h5.tmp", F_OK), 0);
    assert_int_equal(access("runs/a/checkpoints/.step-notes", F_OK), 0);
    assert_true(exists(3));
}

static void records_after_the_step_are_taken_out(void **state)
{
    (void)state;
    open_run(0);
    need(ls_run_dir_close(&run));
    put("runs/a/metrics.jsonl", "{\"kind\": \"step\", \"step\": 9, \"loss\": 1}\n"
                                "{\"kind\": \"step\", \"step\": 10, \"loss\": 1}\n"
                                "{\"kind\": \"epoch\", \"epoch\": 1, \"step\": 10}\n"
                                "{\"kind\": \"step\", \"step\": 11, \"loss\": 1}\n"
                                "{\"kind\": \"epoch\", \"epoch\": 2, \"step\": 20}\n"
                                "{\"kind\": \"step\", \"st");
    open_run(10);
    (void)fputs("more\n", run.metrics);
    need(ls_run_dir_close(&run));
    expect_file("runs/a/metrics.jsonl", "{\"kind\": \"step\", \"step\": 9, \"loss\": 1}\n"
                                        "{\"kind\": \"step\", \"step\": 10, \"loss\": 1}\n"
                                        "{\"kind\": \"epoch\", \"epoch\": 1, \"step\": 10}\n"
                                        "more\n");
}

static void all_but_the_newest_and_the_best_are_removed(void **state)
{
    (void)state;
    open_run(0);
    for (int step = 1; step <= 6; step++)
        save((uint64_t)step, 2, step == 2);
    assert_true(exists(2) && exists(5) && exists(6));
    assert_false(exists(1) || exists(3) || exists(4));
    assert_string_equal(link_of("best.h5"), "checkpoints/step-000000002.h5");
    assert_string_equal(link_of("latest.h5"), "checkpoints/step-000000006.h5");
    save(7, 2, true);
    assert_false(exists(2));
}

static void a_bad_checkpoint_is_passed_over(void **state)
{
    (void)state;
    open_run(0);
    assert_int_equal(newest(), 0);
    for (int step = 1; step <= 3; step++)
        save((uint64_t)step, 3, false);
    assert_int_equal(newest(), 3);
    damage(3);
    assert_int_equal(newest(), 2);
    damage(2);
    damage(1);
    const struct ls_peers alone = ls_peers_alone();
    struct ls_checkpoint found;
    const char *name = NULL;
    assert_int_equal(ls_run_dir_newest("runs/a", &found, &name, &alone, &arena), LS_DATA);
    assert_string_equal(ls_message(), "runs/a: none of its 3 checkpoints is good");
}

/* A run that goes on from an older checkpoint must not lose what it writes to the bad newer
 * ones. */
static void bad_newer_checkpoints_do_not_push_out_good_ones(void **state)
{
    (void)state;
    open_run(0);
    save(10, 3, false);
    save(20, 3, false);
    save(30, 3, false);
    damage(20);
    damage(30);
    assert_int_equal(newest(), 10);
    save(15, 2, false);
    assert_true(exists(10) && exists(15));
    assert_int_equal(newest(), 15);
    save(18, 2, false);
    assert_true(exists(15) && exists(18));
    assert_false(exists(10));
}

static void foreign_files_among_checkpoints_are_left_alone(void **state)
{
    (void)state;
    open_run(0);
    put("runs/a/checkpoints/notes.txt", "");
    put("runs/a/checkpoints/step-000000001.h5.bak", "");
    save(2, 2, false);
    save(3, 2, false);
    save(4, 2, false);
    assert_int_equal(newest(), 4);
    assert_int_equal(access("runs/a/checkpoints/notes.txt", F_OK), 0);
    assert_int_equal(access("runs/a/checkpoints/step-000000001.h5.bak", F_OK), 0);
}

static void the_newest_is_found_among_very_many(void **state)
{
    (void)state;
    open_run(0);
    for (int step = 1; step <= 4200; step++)
        put(checkpoint(step), "");
    save(4201, 5000, false);
    assert_int_equal(newest(), 4201);
    save(4202, 10, false);
    assert_int_equal(newest(), 4202);
    assert_false(exists(4192));
}

static void the_log_has_a_line_each(void **state)
{
    (void)state;
    open_run(0);
    ls_run_dir_log(&run, "word %d", 5);
    need(ls_run_dir_close(&run));
    char line[100] = "";
    FILE *const file = fopen("runs/a/log.txt", "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    (void)fclose(file);
    assert_non_null(strstr(line, " word 5\n"));
}

#define RUN_TEST(name) cmocka_unit_test_setup_teardown(name, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN_TEST(a_folder_with_a_run_is_refused_unless_it_goes_on),
        RUN_TEST(a_folder_of_checkpoints_alone_holds_a_run),
        RUN_TEST(checkpoints_that_cannot_be_listed_are_not_taken_for_none),
        RUN_TEST(a_folder_is_locked_until_it_is_closed),
        RUN_TEST(the_lock_of_a_process_that_soon_ends_is_waited_for),
        RUN_TEST(a_run_that_came_in_between_is_found),
        RUN_TEST(a_start_that_fails_leaves_no_run),
        RUN_TEST(a_checkpoint_under_another_s_name_is_passed_over),
        RUN_TEST(temporary_files_of_a_killed_run_are_removed),
        RUN_TEST(records_after_the_step_are_taken_out),
        RUN_TEST(all_but_the_newest_and_the_best_are_removed),
        RUN_TEST(a_bad_checkpoint_is_passed_over),
        RUN_TEST(bad_newer_checkpoints_do_not_push_out_good_ones),
        RUN_TEST(foreign_files_among_checkpoints_are_left_alone),
        RUN_TEST(the_newest_is_found_among_very_many),
        RUN_TEST(the_log_has_a_line_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
