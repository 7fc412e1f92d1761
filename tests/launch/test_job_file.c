#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "launch/job_file.h"

static char folder[] = "/tmp/lockstep-job-XXXXXX";
static struct ls_arena arena;

static int up(void **state)
{
    (void)state;
    ls_arena_init(&arena);
    return mkdtemp(folder) && chdir(folder) == 0 && mkdir("sub", 0777) == 0 ? 0 : -1;
}

static int down(void **state)
{
    (void)state;
    ls_arena_release(&arena);
    (void)unlink("sub/job.yaml");
    (void)rmdir("sub");
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static ls_status read_job(const char *path, char *override, struct ls_node **root)
{
    const struct ls_peers alone = ls_peers_alone();
    return ls_job_file_read(path, &override, override != NULL, &alone, &arena, root);
}

static void put(const char *text)
{
    FILE *const file = fopen("sub/job.yaml", "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void overrides_replace_what_the_file_says(void **state)
{
    (void)state;
    struct ls_node *root = NULL;
    put("batch: 4\ndata: {train: a.h5}\n");
    assert_int_equal(read_job("sub/job.yaml", (char[]){"data.train=b.h5"}, &root), LS_OK);
    assert_string_equal(ls_node_get(root, "batch")->text, "4");
    assert_string_equal(ls_node_get(ls_node_get(root, "data"), "train")->text, "b.h5");
    assert_int_equal(ls_node_get(root, "data")->line, 2);
}

static void a_length_on_the_command_line_replaces_the_other_one_of_the_file(void **state)
{
    (void)state;
    struct ls_node *root = NULL;
    put("epochs: 4\n");
    assert_int_equal(read_job("sub/job.yaml", (char[]){"steps=7"}, &root), LS_OK);
    assert_null(ls_node_get(root, "epochs"));
    assert_string_equal(ls_node_get(root, "steps")->text, "7");
    put("steps: 4\nepochs: 5\n");
    assert_int_equal(read_job("sub/job.yaml", NULL, &root), LS_OK);
    assert_non_null(ls_node_get(root, "epochs"));
    assert_non_null(ls_node_get(root, "steps"));
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    struct ls_node *root = NULL;
    assert_int_equal(read_job("none.yaml", NULL, &root), LS_USAGE);
    assert_string_equal(ls_message(), "none.yaml: cannot open the job: No such file or directory");
    assert_int_equal(read_job("sub", NULL, &root), LS_USAGE);
    assert_non_null(strstr(ls_message(), "sub: cannot read the job: "));
    put("batch: [4\n");
    assert_int_equal(read_job("sub/job.yaml", NULL, &root), LS_USAGE);
    assert_non_null(strstr(ls_message(), "sub/job.yaml:"));
    put("");
    assert_int_equal(read_job("sub/job.yaml", NULL, &root), LS_USAGE);
}

static void a_file_too_large_for_a_job_is_refused(void **state)
{
    (void)state;
    struct ls_node *root = NULL;
    put("batch: 4\n");
    assert_int_equal(truncate("sub/job.yaml", (16 << 20) + 1), 0);
    assert_int_equal(read_job("sub/job.yaml", NULL, &root), LS_USAGE);
    assert_string_equal(ls_message(), "sub/job.yaml: larger than 16 MiB: not a job file");
}

static void folder_and_stem_are_those_of_the_path(void **state)
{
    (void)state;
    const char *found = NULL;
    char expected[PATH_MAX + 8], here[PATH_MAX];
    assert_non_null(getcwd(here, sizeof here));
    (void)snprintf(expected, sizeof expected, "%s/sub", here);
    assert_int_equal(ls_job_file_folder("sub/job.yaml", &arena, &found), LS_OK);
    assert_string_equal(found, expected);
    assert_int_equal(ls_job_file_folder("job.yaml", &arena, &found), LS_OK);
    assert_string_equal(found, here);
    assert_int_equal(ls_job_file_folder("/job.yaml", &arena, &found), LS_OK);
    assert_string_equal(found, "/");
    assert_int_equal(ls_job_file_folder("none/job.yaml", &arena, &found), LS_USAGE);
    assert_string_equal(ls_job_file_stem("a.b/job.v2.yaml", &arena), "job.v2");
    assert_string_equal(ls_job_file_stem("a.b/job", &arena), "job");
    assert_string_equal(ls_job_file_stem(".job", &arena), ".job");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overrides_replace_what_the_file_says),
        cmocka_unit_test(a_length_on_the_command_line_replaces_the_other_one_of_the_file),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(a_file_too_large_for_a_job_is_refused),
        cmocka_unit_test(folder_and_stem_are_those_of_the_path),
    };
    return cmocka_run_group_tests(tests, up, down);
}
