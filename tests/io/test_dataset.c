/* Reading datasets: every way to the values gives the same ones. */
#include "tests/io/datasets.h"

#include <math.h>

/* Unordered, repeated and consecutive samples come in the order asked. */
static void check_reading(const char *path, size_t memory)
{
    static const uint64_t asked[] = {39, 0, 1, 2, 3, 7, 7, 39, 20, 19, 18, 0, 30, 31};
    enum { ASKED = sizeof asked / sizeof *asked };
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_source source;
    assert_int_equal(open_alone(&source, path, "x", "y", memory, &arena), LS_OK);
    assert_int_equal(source.len, N);
    assert_true(ls_shape_equal(source.shape, (struct ls_shape){3, C, H, W}));
    assert_true(source.has_labels && source.labels_are_classes && source.label_len == 1);
    float x[ASKED * ROW], values[ASKED];
    int64_t classes[ASKED];
    for (int again = 0; again < 2; again++) {
        memset(x, 0xff, sizeof x);
        assert_int_equal(ls_source_read_x(&source, asked, ASKED, x), LS_OK);
        for (size_t i = 0; i < ASKED; i++)
            for (size_t j = 0; j < ROW; j++)
                assert_true(x[i * ROW + j] == (float)value(asked[i] * ROW + j));
        assert_int_equal(ls_source_read_classes(&source, asked, ASKED, classes), LS_OK);
        assert_int_equal(ls_source_read_values(&source, asked, ASKED, values), LS_OK);
        for (size_t i = 0; i < ASKED; i++) {
            assert_int_equal(classes[i], (int)(asked[i] * 3 % 5) - 1);
            assert_true(values[i] == (float)classes[i]);
        }
    }
    ls_source_close(&source);
    ls_arena_release(&arena);
}

static void every_type_reads_the_same_from_memory_and_from_the_file(void **state)
{
    (void)state;
    const hid_t types[] = {H5T_STD_U8LE,   H5T_STD_I8LE,   H5T_STD_I16LE,  H5T_STD_I16BE,
                           H5T_STD_U16LE,  H5T_STD_I32LE,  H5T_STD_U32BE,  H5T_STD_I64LE,
                           H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_IEEE_F64BE};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        const char *path = make("type.h5", types[t], NULL, false);
        check_reading(path, 0);
        check_reading(path, SIZE_MAX);
    }
}

static void chunked_and_compressed_datasets_read_with_any_memory(void **state)
{
    (void)state;
    const hsize_t chunks[][4] = {{1, C, H, W}, {7, C, H, W}, {16, 1, 2, 5}, {N, C, H, W}};
    for (size_t c = 0; c < sizeof chunks / sizeof *chunks; c++)
        for (int gzip = 0; gzip < 2; gzip++) {
            const char *path = make("chunked.h5", H5T_STD_I16LE, chunks[c], gzip != 0);
            check_reading(path, 0);
            check_reading(path, 1000);
            check_reading(path, SIZE_MAX);
        }
}

static void a_user_block_before_the_file_shifts_nothing(void **state)
{
    (void)state;
    const char *path = temp_path("userblock.h5");
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    assert_true(H5Pset_userblock(creation, 1024) >= 0);
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, creation, H5P_DEFAULT);
    put_x(file, H5T_IEEE_F32LE, NULL, false);
    put_y(file, N);
    assert_true(H5Fclose(file) >= 0 && H5Pclose(creation) >= 0);
    check_reading(path, 0);
}

static void conversion_rounds_as_hdf5_does(void **state)
{
    (void)state;
    enum { LEN = 8 };
    const double reals[LEN] = {1e300, -1e300, 1e-300, 0.1, 16777217.0, INFINITY, 1e-40, -0.0};
    const int32_t ints[LEN] = {16777217, 16777219, INT32_MAX, INT32_MIN, -16777217, 0, 1, 33554435};
    const char *path = temp_path("round.h5");
    const hsize_t dims[2] = {LEN, 1};
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put_dataset(file, "reals", 2, dims, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, reals, H5P_DEFAULT);
    put_dataset(file, "ints", 2, dims, H5T_STD_I32LE, H5T_NATIVE_INT32, ints, H5P_DEFAULT);
    assert_true(H5Fclose(file) >= 0);
    const uint64_t all[LEN] = {0, 1, 2, 3, 4, 5, 6, 7};
    const char *names[2] = {"reals", "ints"};
    for (int d = 0; d < 2; d++) {
        float x[2][LEN];
        for (int way = 0; way < 2; way++) {
            struct ls_arena arena;
            ls_arena_init(&arena);
            struct ls_source source;
            const size_t memory = way ? SIZE_MAX : 0;
            assert_int_equal(open_alone(&source, path, names[d], NULL, memory, &arena), LS_OK);
            assert_false(source.has_labels);
            assert_int_equal(ls_source_read_x(&source, all, LEN, x[way]), LS_OK);
            ls_source_close(&source);
            ls_arena_release(&arena);
        }
        assert_memory_equal(x[0], x[1], sizeof x[0]);
    }
}

static void reals_are_values_whatever_their_axes(void **state)
{
    (void)state;
    const char *path = temp_path("values.h5");
    const hsize_t x[2] = {3, 1}, y[2] = {3, 2};
    const float values[6] = {0.5F, 1, 2, 3, 4, 5};
    const uint64_t asked[2] = {2, 0};
    for (int axes = 1; axes <= 2; axes++)
        for (int integer = axes == 1 ? 0 : 1; integer >= 0; integer--) {
            const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
            put_dataset(file, "x", 2, x, H5T_STD_U8LE, H5T_NATIVE_FLOAT, values, H5P_DEFAULT);
            put_dataset(file, "y", axes, y, integer ? H5T_STD_I32LE : H5T_IEEE_F32LE,
                        H5T_NATIVE_FLOAT, values, H5P_DEFAULT);
            assert_true(H5Fclose(file) >= 0);
            struct ls_arena arena;
            ls_arena_init(&arena);
            struct ls_source source;
            assert_int_equal(open_alone(&source, path, "x", "y", 0, &arena), LS_OK);
            assert_true(source.has_labels && !source.labels_are_classes);
            assert_int_equal(source.label_len, axes);
            float found[4];
            assert_int_equal(ls_source_read_values(&source, asked, 2, found), LS_OK);
            assert_true(found[0] == values[2 * axes]);
            assert_true(found[axes] == (integer ? 0 : values[0]));
            ls_source_close(&source);
            ls_arena_release(&arena);
        }
}

static void booleans_are_classes(void **state)
{
    (void)state;
    const char *path = temp_path("bool.h5");
    const hid_t boolean = H5Tenum_create(H5T_NATIVE_INT8); /* as h5py stores numpy's bool */
    const int8_t no = 0, yes = 1, y[3] = {1, 0, 1};
    assert_true(H5Tenum_insert(boolean, "FALSE", &no) >= 0);
    assert_true(H5Tenum_insert(boolean, "TRUE", &yes) >= 0);
    const hsize_t dims[2] = {3, 1};
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put_dataset(file, "x", 2, dims, boolean, boolean, y, H5P_DEFAULT);
    put_dataset(file, "y", 1, dims, boolean, boolean, y, H5P_DEFAULT);
    assert_true(H5Fclose(file) >= 0 && H5Tclose(boolean) >= 0);
    const uint64_t all[3] = {0, 1, 2};
    for (int way = 0; way < 2; way++) {
        struct ls_arena arena;
        ls_arena_init(&arena);
        struct ls_source source;
        const size_t memory = way ? SIZE_MAX : 0;
        assert_int_equal(open_alone(&source, path, "x", "y", memory, &arena), LS_OK);
        assert_true(source.labels_are_classes);
        int64_t classes[3];
        float x[3];
        assert_int_equal(ls_source_read_classes(&source, all, 3, classes), LS_OK);
        assert_int_equal(ls_source_read_x(&source, all, 3, x), LS_OK);
        for (int i = 0; i < 3; i++)
            assert_true(classes[i] == y[i] && x[i] == (float)y[i]);
        ls_source_close(&source);
        ls_arena_release(&arena);
    }
}

static void put_names(hid_t object, hid_t type, const void *names, hsize_t len)
{
    const hid_t space = H5Screate_simple(1, &len, NULL);
    const hid_t attribute = H5Acreate2(object, "classes", type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, type, names) >= 0);
    assert_true(H5Aclose(attribute) >= 0 && H5Sclose(space) >= 0);
}

static void class_names_are_read_from_the_root_or_from_y(void **state)
{
    (void)state;
    const char *fixed[2] = {"ab\0cde", "N  V  "}, *variable[2] = {"cat", "dog"};
    const hid_t type = H5Tcopy(H5T_C_S1);
    for (int way = 0; way < 4; way++) {
        const char *path = temp_path("names.h5");
        const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        put_x(file, H5T_STD_U8LE, NULL, false);
        put_y(file, N);
        const hid_t y = H5Dopen2(file, "y", H5P_DEFAULT);
        assert_true(H5Tset_size(type, way == 2 ? H5T_VARIABLE : 3) >= 0);
        assert_true(H5Tset_strpad(type, way == 1 ? H5T_STR_SPACEPAD : H5T_STR_NULLPAD) >= 0);
        if (way == 2)
            put_names(y, type, variable, 2);
        else if (way == 3)
            put_names(file, H5T_STD_I32LE, (const int32_t[2]){1, 2}, 2);
        else
            put_names(file, type, fixed[way], 2);
        assert_true(H5Dclose(y) >= 0 && H5Fclose(file) >= 0);
        struct ls_arena arena;
        ls_arena_init(&arena);
        struct ls_source source;
        assert_int_equal(open_alone(&source, path, "x", "y", 0, &arena), LS_OK);
        static const char *const expected[3][2] = {{"ab", "cde"}, {"N", "V"}, {"cat", "dog"}};
        assert_int_equal(source.n_class_names, way == 3 ? 0 : 2);
        for (size_t i = 0; i < source.n_class_names; i++)
            assert_string_equal(source.class_names[i], expected[way][i]);
        ls_source_close(&source);
        ls_arena_release(&arena);
    }
    assert_true(H5Tclose(type) >= 0);
}

static void requests_of_a_known_size_allocate_nothing(void **state)
{
    (void)state;
    const char *path = make("steps.h5", H5T_STD_I16LE, NULL, false);
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_source source;
    assert_int_equal(open_alone(&source, path, "x", "y", 0, &arena), LS_OK);
    const uint64_t asked[3] = {5, 1, 9};
    float x[3 * ROW];
    assert_int_equal(ls_source_read_x(&source, asked, 3, x), LS_OK);
    const size_t calls = ls_alloc_calls();
    assert_int_equal(ls_source_read_x(&source, asked, 3, x), LS_OK);
    assert_int_equal(ls_alloc_calls(), calls);
    ls_source_close(&source);
    ls_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_reads_the_same_from_memory_and_from_the_file),
        cmocka_unit_test(chunked_and_compressed_datasets_read_with_any_memory),
        cmocka_unit_test(a_user_block_before_the_file_shifts_nothing),
        cmocka_unit_test(conversion_rounds_as_hdf5_does),
        cmocka_unit_test(reals_are_values_whatever_their_axes),
        cmocka_unit_test(booleans_are_classes),
        cmocka_unit_test(class_names_are_read_from_the_root_or_from_y),
        cmocka_unit_test(requests_of_a_known_size_allocate_nothing),
    };
    return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
