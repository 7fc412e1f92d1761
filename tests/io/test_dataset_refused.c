/* Files that are no datasets, or damaged ones, are refused with the reason. */
#include "tests/io/datasets.h"

static void files_that_are_no_datasets_are_refused(void **state)
{
    (void)state;
    assert_int_equal(opens(temp_path("none.h5")), LS_DATA);
    assert_message("none.h5: no such file");
    assert_int_equal(opens(temp_folder), LS_DATA);
    assert_message("is a folder");
    temp_write(temp_path("text.h5"), "sepal,petal\n1,2\n", 16);
    assert_int_equal(opens(temp_path("text.h5")), LS_DATA);
    assert_message("is not an HDF5 file");
    temp_write(temp_path("empty.h5"), "", 0);
    assert_int_equal(opens(temp_path("empty.h5")), LS_DATA);
    assert_message("it is empty");
}

static void a_missing_dataset_is_named_with_those_that_are_there(void **state)
{
    (void)state;
    const char *path = temp_path("other.h5");
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put_dataset(file, "train/images", 4, x_dims, H5T_STD_U8LE, H5T_NATIVE_UINT8, NULL, H5P_DEFAULT);
    put_y(file, N);
    assert_true(H5Fclose(file) >= 0);
    assert_int_equal(opens(path), LS_DATA);
    assert_message("has no dataset x; it has train/images, y");
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_source source;
    assert_int_equal(open_alone(&source, path, "train/images", "y", 0, &arena), LS_OK);
    const uint64_t first = 0; /* never written: HDF5's fill value */
    float x[ROW];
    assert_int_equal(ls_source_read_x(&source, &first, 1, x), LS_OK);
    assert_true(x[0] == 0.0F && x[ROW - 1] == 0.0F);
    ls_source_close(&source);
    assert_int_equal(open_alone(&source, path, "train", "y", 0, &arena), LS_DATA);
    assert_message("cannot be opened as a dataset");
    ls_arena_release(&arena);
}

static void shapes_and_types_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    const struct {
        int axes;
        hsize_t dims[5];
        bool text;
        const char *message;
    } cases[] = {
        {1, {N}, false, "expected (N, F)"},
        {5, {N, 1, 2, 3, 4}, false, "expected 1 to 4 axes"},
        {2, {0, 4}, false, "has no samples"},
        {2, {N, 0}, false, "an axis of length 0"},
        {2, {N, 4}, true, "are no numbers"},
        {2, {N + 1, 4}, false, "x has 41 samples but dataset y has 40"},
    };
    const hid_t text = H5Tcopy(H5T_C_S1);
    assert_true(H5Tset_size(text, 4) >= 0);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const char *path = temp_path("shape.h5");
        const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        put_dataset(file, "x", cases[c].axes, cases[c].dims, cases[c].text ? text : H5T_STD_U8LE,
                    H5T_NATIVE_UINT8, NULL, H5P_DEFAULT);
        put_y(file, N);
        assert_true(H5Fclose(file) >= 0);
        assert_int_equal(opens(path), LS_DATA);
        assert_message(cases[c].message);
    }
    assert_true(H5Tclose(text) >= 0);
}

static void an_impossible_shape_is_refused_before_memory_is_asked_for(void **state)
{
    (void)state;
    const char *path = temp_path("huge.h5");
    const hsize_t dims[4] = {1ULL << 34, 1ULL << 16, 1ULL << 12, 1}, chunk[4] = {1, 1, 1, 1};
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put_dataset(file, "x", 4, dims, H5T_STD_U8LE, H5T_NATIVE_UINT8, NULL, chunked(4, chunk, false));
    assert_true(H5Fclose(file) >= 0);
    assert_int_equal(opens(path), LS_DATA);
    assert_message("claims an impossible shape");
}

static void a_truncated_file_is_refused(void **state)
{
    (void)state;
    const char *path = make("whole.h5", H5T_IEEE_F64LE, NULL, false);
    size_t len;
    unsigned char *bytes = temp_read(path, &len);
    for (size_t cut = 1; cut < len; cut += len / 50) {
        temp_write(temp_path("cut.h5"), bytes, cut);
        assert_int_equal(opens(temp_path("cut.h5")), LS_DATA);
    }
    test_free(bytes);
}

static void a_file_that_shrinks_while_open_is_an_error(void **state)
{
    (void)state;
    const char *path = make("shrinks.h5", H5T_IEEE_F64LE, NULL, false);
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_source source;
    assert_int_equal(open_alone(&source, path, "x", "y", 0, &arena), LS_OK);
    assert_int_equal(truncate(path, 4000), 0);
    const uint64_t last = N - 1;
    float x[ROW];
    assert_int_equal(ls_source_read_x(&source, &last, 1, x), LS_DATA);
    assert_message("the file has become shorter");
    ls_source_close(&source);
    ls_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_that_are_no_datasets_are_refused),
        cmocka_unit_test(a_missing_dataset_is_named_with_those_that_are_there),
        cmocka_unit_test(shapes_and_types_that_do_not_fit_are_refused),
        cmocka_unit_test(an_impossible_shape_is_refused_before_memory_is_asked_for),
        cmocka_unit_test(a_truncated_file_is_refused),
        cmocka_unit_test(a_file_that_shrinks_while_open_is_an_error),
    };
    return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
