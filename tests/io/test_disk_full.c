/* A full disk: one line, the old file as it was, nothing left behind. Needs to mount a small
 * file system in memory; skipped where that is not allowed. */
#include "tests/io/checkpoints.h"

#include <dirent.h>
#include <sys/mount.h>

#include "io/dataset.h"

static bool mounted;

static int setup(void **state)
{
    if (temp_setup(state) != 0 || mkdir(temp_path("disk"), 0755) != 0)
        return -1;
    mounted = mount("none", temp_path("disk"), "tmpfs", 0, "size=1m") == 0;
    return 0;
}

static int teardown(void **state)
{
    if (mounted && umount(temp_path("disk")) != 0)
        return -1;
    return temp_teardown(state);
}

static size_t count_files(void)
{
    DIR *folder = opendir(temp_path("disk"));
    assert_non_null(folder);
    size_t n = 0;
    for (const struct dirent *entry; (entry = readdir(folder));)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(folder);
    return n;
}

static void a_checkpoint_too_large_leaves_the_old_one(void **state)
{
    (void)state;
    if (!mounted)
        skip();
    struct ls_arena arena;
    ls_arena_init(&arena);
    const struct ls_checkpoint old = make_checkpoint(&arena, 7, 1);
    struct ls_checkpoint read;
    char path[128];
    (void)snprintf(path, sizeof path, "%s", temp_path("disk/a.h5"));
    assert_int_equal(ls_checkpoint_write(path, &old), LS_OK);
    for (size_t wide = 50000; wide < 250000; wide += 10000) {
        const struct ls_checkpoint large = make_checkpoint(&arena, wide, 2);
        const ls_status status = ls_checkpoint_write(path, &large);
        assert_int_equal(count_files(), 1);
        if (status == LS_OK) {
            assert_int_equal(ls_checkpoint_read(path, &read, &arena), LS_OK);
            assert_true(same_checkpoint(&large, &read));
            assert_true(temp_bytes(path) < (long)(12 * wide + 12 * 1024)); /* no slack is left */
            assert_int_equal(ls_checkpoint_write(path, &old), LS_OK);
            continue;
        }
        assert_int_equal(status, LS_DATA);
        assert_message("disk/a.h5: no space left on device");
        assert_int_equal(ls_checkpoint_read(path, &read, &arena), LS_OK);
        assert_true(same_checkpoint(&old, &read));
    }
    const struct ls_checkpoint large = make_checkpoint(&arena, 100000, 2);
    assert_int_equal(ls_checkpoint_write(path, &large), LS_DATA);
    ls_arena_release(&arena);
}

static void a_dataset_too_large_leaves_nothing(void **state)
{
    (void)state;
    if (!mounted)
        skip();
    const struct ls_dataset_spec spec = {.len = 1000,
                                         .axes = 2,
                                         .dims = {500},
                                         .element = LS_F32,
                                         .has_labels = true,
                                         .labels_are_classes = true};
    const size_t before = count_files();
    struct ls_dataset_writer *writer = NULL;
    assert_int_equal(ls_dataset_create(&writer, temp_path("disk/d.h5"), &spec), LS_DATA);
    assert_message("disk/d.h5: no space left on device");
    assert_int_equal(count_files(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_too_large_leaves_the_old_one),
        cmocka_unit_test(a_dataset_too_large_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
