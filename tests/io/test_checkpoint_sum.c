/* What HDF5's own checksums cannot see: a file that is whole and says something else. */
#include "tests/io/checkpoints.h"

#include "io/checkpoint_file.h"

static struct ls_arena arena;

static int up(void **state)
{
    ls_arena_init(&arena);
    return temp_setup(state);
}

static int down(void **state)
{
    ls_arena_release(&arena);
    return temp_teardown(state);
}

static hid_t open_written(const char *path, const struct ls_checkpoint *written)
{
    assert_int_equal(ls_checkpoint_write(path, written), LS_OK);
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(file >= 0);
    return file;
}

static void set_u64(hid_t file, const char *name, uint64_t value)
{
    const hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, H5T_NATIVE_UINT64, &value) >= 0);
    assert_true(H5Aclose(attribute) >= 0);
}

static void expect_refused(const char *path)
{
    struct ls_checkpoint read;
    assert_int_equal(ls_checkpoint_read(path, &read, &arena), LS_DATA);
    assert_message("is damaged: it does not hold what its checksum says");
}

static void every_field_changes_the_sum(void **state)
{
    (void)state;
    const struct ls_checkpoint c = make_checkpoint(&arena, 7, 1);
    const uint64_t sum = ls_checkpoint_sum(&c);
    struct ls_checkpoint other[16];
    size_t n = 0;
#define CHANGE(field, value) other[n] = c, other[n].field = (value), n++
    CHANGE(epoch, 4);
    CHANGE(step, 1235);
    CHANGE(sample, 78);
    CHANGE(seed, 1);
    CHANGE(shards, 16);
    CHANGE(input.w, 31);
    CHANGE(job, "seed: 2\n");
    CHANGE(engine, "onednn");
    CHANGE(libm, "glibc 2.37");
    CHANGE(best_metric, 0.5);
    CHANGE(best_step, 9);
    CHANGE(n_classes, 2);
    CHANGE(n_normalize, 2);
    CHANGE(n_tensors, 4);
    CHANGE(mean, c.std);
#undef CHANGE
    for (size_t i = 0; i < n; i++)
        assert_int_not_equal(ls_checkpoint_sum(&other[i]), sum);
    c.tensors[1].dims[0] = 3, c.tensors[1].dims[1] = 2;
    assert_int_not_equal(ls_checkpoint_sum(&c), sum);
    c.tensors[1].dims[0] = 2, c.tensors[1].dims[1] = 3;
    assert_int_equal(ls_checkpoint_sum(&c), sum);
}

static void a_value_changed_by_hdf5_itself_is_found(void **state)
{
    (void)state;
    const struct ls_checkpoint written = make_checkpoint(&arena, 7, 1);
    const char *path = temp_path("value.h5");
    const hid_t file = open_written(path, &written);
    const hid_t dataset = H5Dopen2(file, "/model/conv2/weight", H5P_DEFAULT);
    float values[24];
    fill(values, 24, 9);
    assert_true(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    assert_true(H5Dclose(dataset) >= 0 && H5Fclose(file) >= 0);
    expect_refused(path);
}

static void tensors_that_changed_places_are_found(void **state)
{
    (void)state;
    const struct ls_checkpoint written = make_checkpoint(&arena, 7, 1);
    const char *path = temp_path("places.h5");
    const hid_t file = open_written(path, &written);
    static const char *const move[3][2] = {
        {"/model/conv1/weight", "/other"},
        {"/optimizer/momentum/conv1/weight", "/model/conv1/weight"},
        {"/other", "/optimizer/momentum/conv1/weight"}};
    for (int i = 0; i < 3; i++)
        assert_true(H5Lmove(file, move[i][0], file, move[i][1], H5P_DEFAULT, H5P_DEFAULT) >= 0);
    assert_true(H5Fclose(file) >= 0);
    expect_refused(path);
}

static void a_tensor_that_is_gone_is_found(void **state)
{
    (void)state;
    const struct ls_checkpoint written = make_checkpoint(&arena, 7, 1);
    const char *path = temp_path("gone.h5");
    const hid_t file = open_written(path, &written);
    assert_true(H5Ldelete(file, "/optimizer/momentum/conv1/weight", H5P_DEFAULT) >= 0);
    assert_true(H5Fclose(file) >= 0);
    expect_refused(path);
}

static void another_position_is_found(void **state)
{
    (void)state;
    const struct ls_checkpoint written = make_checkpoint(&arena, 7, 1);
    const char *path = temp_path("step.h5");
    const hid_t file = open_written(path, &written);
    set_u64(file, "step", 1233);
    assert_true(H5Fclose(file) >= 0);
    expect_refused(path);
}

static void a_file_of_the_first_version_has_none_and_is_read(void **state)
{
    (void)state;
    const struct ls_checkpoint written = make_checkpoint(&arena, 7, 1);
    struct ls_checkpoint read;
    const char *path = temp_path("first.h5");
    const hid_t file = open_written(path, &written);
    set_u64(file, "format_version", 1);
    assert_true(H5Adelete(file, "checksum") >= 0 && H5Adelete(file, "best_step") >= 0);
    assert_true(H5Fclose(file) >= 0);
    assert_int_equal(ls_checkpoint_read(path, &read, &arena), LS_OK);
    assert_true(same_checkpoint(&written, &read));
    assert_int_equal(read.sum, 0);
}

#define SUM_TEST(name) cmocka_unit_test_setup_teardown(name, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUM_TEST(every_field_changes_the_sum),
        SUM_TEST(a_value_changed_by_hdf5_itself_is_found),
        SUM_TEST(tensors_that_changed_places_are_found),
        SUM_TEST(a_tensor_that_is_gone_is_found),
        SUM_TEST(another_position_is_found),
        SUM_TEST(a_file_of_the_first_version_has_none_and_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
