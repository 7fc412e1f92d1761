/* Written datasets come back, appear only when complete, and are described by inspect. */
#include "tests/io/temp.h"

#include "io/checkpoint.h"
#include "io/dataset.h"
#include "io/inspect.h"

static const char *const names[] = {"Katze", "H\xc3\xbchnchen"};

static struct ls_dataset_spec make_spec(enum ls_element element, bool classes)
{
    return (struct ls_dataset_spec){.len = 5,
                                    .axes = 4,
                                    .dims = {2, 1, 3},
                                    .element = element,
                                    .has_labels = true,
                                    .labels_are_classes = classes,
                                    .label_len = 2,
                                    .n_class_names = 2,
                                    .class_names = names};
}

/* The five samples in two pieces; the element number is the value. */
static ls_status write_all(const char *path, enum ls_element element, bool classes)
{
    uint8_t u8[30];
    int16_t i16[30];
    int32_t i32[30];
    int64_t i64[30];
    float f32[30], values[10];
    double f64[30];
    for (int i = 0; i < 30; i++) {
        u8[i] = (uint8_t)i;
        i16[i] = (int16_t)i;
        i32[i] = i;
        i64[i] = i;
        f64[i] = f32[i] = (float)i;
        values[i % 10] = (float)(i % 10) / 2;
    }
    const char *const x[] = {(const char *)u8,  (const char *)i16, (const char *)i32,
                             (const char *)i64, (const char *)f32, (const char *)f64};
    const size_t bytes[] = {1, 2, 4, 8, 4, 8};
    const int32_t y[5] = {1, 0, 1, 1, -7};
    const struct ls_dataset_spec spec = make_spec(element, classes);
    struct ls_dataset_writer *writer = NULL;
    LS_TRY(ls_dataset_create(&writer, path, &spec));
    assert_int_equal(temp_bytes(path), -1);
    LS_TRY(ls_dataset_append(writer, 3, x[element], classes ? y : NULL, classes ? NULL : values));
    LS_TRY(ls_dataset_append(writer, 2, x[element] + 18 * bytes[element], classes ? y + 3 : NULL,
                             classes ? NULL : values + 6));
    return ls_dataset_finish(writer);
}

static void datasets_of_every_type_come_back(void **state)
{
    (void)state;
    for (int element = LS_U8; element <= LS_F64; element++)
        for (int classes = 0; classes < 2; classes++) {
            const char *path = temp_path("d.h5");
            (void)unlink(path);
            assert_int_equal(write_all(path, (enum ls_element)element, classes), LS_OK);
            struct ls_arena arena;
            ls_arena_init(&arena);
            struct ls_source source;
            const struct ls_peers alone = ls_peers_alone();
            assert_int_equal(ls_dataset_open(&source, path, "x", "y", NULL, 0, &alone, &arena),
                             LS_OK);
            assert_true(source.len == 5 && source.labels_are_classes == classes);
            assert_true(ls_shape_equal(source.shape, (struct ls_shape){3, 2, 1, 3}));
            assert_int_equal(source.n_class_names, 2);
            assert_string_equal(source.class_names[1], names[1]);
            const uint64_t asked[2] = {4, 3};
            float x[12], values[4];
            assert_int_equal(ls_source_read_x(&source, asked, 2, x), LS_OK);
            assert_true(x[0] == 24 && x[5] == 29 && x[6] == 18);
            assert_int_equal(ls_source_read_values(&source, asked, 2, values), LS_OK);
            assert_true(classes ? values[0] == -7 && values[1] == 1
                                : values[0] == 4 && values[1] == 4.5F && values[2] == 3);
            ls_source_close(&source);
            ls_arena_release(&arena);
        }
}

static void an_incomplete_dataset_never_appears(void **state)
{
    (void)state;
    const struct ls_dataset_spec spec = make_spec(LS_U8, true);
    const char *path = temp_path("part.h5");
    struct ls_dataset_writer *writer = NULL;
    assert_int_equal(ls_dataset_create(&writer, path, &spec), LS_OK);
    assert_true(temp_bytes(temp_path(".part.h5.tmp")) >= 0);
    assert_int_equal(ls_dataset_append(writer, 1, "abcdef", (const int32_t[1]){0}, NULL), LS_OK);
    assert_int_equal(ls_dataset_finish(writer), LS_DATA);
    assert_message("1 of 5 samples came");
    assert_int_equal(ls_dataset_create(&writer, path, &spec), LS_OK);
    ls_dataset_abandon(writer);
    ls_dataset_abandon(NULL);
    assert_int_equal(temp_bytes(path), -1);
    assert_int_equal(temp_bytes(temp_path(".part.h5.tmp")), -1);
    assert_int_equal(ls_dataset_create(&writer, temp_path("no/d.h5"), &spec), LS_DATA);
    assert_message("no such file or directory");
}

static void inspect_describes_datasets(void **state)
{
    (void)state;
    const char *path = temp_path("seen.h5");
    assert_int_equal(write_all(path, LS_I16, true), LS_OK);
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_inspection seen;
    assert_int_equal(ls_inspect(path, "x", &seen, &arena), LS_OK);
    assert_int_equal(seen.kind, LS_FILE_DATASET);
    assert_int_equal(seen.file_bytes, temp_bytes(path));
    assert_int_equal(seen.n_entries, 2);
    assert_string_equal(seen.entries[0].path, "/x");
    assert_string_equal(seen.entries[0].shape, "(5, 2, 1, 3)");
    assert_string_equal(seen.entries[0].type, "int16");
    assert_string_equal(seen.entries[0].layout, "contiguous");
    assert_int_equal(seen.entries[0].stored_bytes, 60);
    assert_string_equal(seen.entries[1].type, "int32");
    assert_int_equal(ls_inspect(path, "images", &seen, &arena), LS_OK);
    assert_int_equal(seen.kind, LS_FILE_OTHER);
    ls_arena_release(&arena);
}

static void inspect_describes_checkpoints(void **state)
{
    (void)state;
    const char *path = temp_path("seen.h5");
    float w[2] = {1, 2};
    struct ls_tensor tensor = {"/model/dense1/weight", 2, {1, 2}, w};
    const struct ls_checkpoint checkpoint = {.input = {1, 2, 1, 1},
                                             .job = "seed: 1",
                                             .engine = "",
                                             .libm = "",
                                             .n_tensors = 1,
                                             .tensors = &tensor};
    assert_int_equal(ls_checkpoint_write(path, &checkpoint), LS_OK);
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_inspection seen;
    assert_int_equal(ls_inspect(path, "x", &seen, &arena), LS_OK);
    assert_int_equal(seen.kind, LS_FILE_CHECKPOINT);
    assert_int_equal(seen.n_entries, 2);
    assert_string_equal(seen.entries[0].path, "/job");
    assert_string_equal(seen.entries[0].type, "string");
    assert_string_equal(seen.entries[1].path, "/model/dense1/weight");
    assert_string_equal(seen.entries[1].type, "float32");
    assert_string_equal(seen.entries[1].layout, "chunks (1, 2), fletcher32");
    assert_int_equal(ls_inspect(temp_path("none.h5"), "x", &seen, &arena), LS_DATA);
    ls_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datasets_of_every_type_come_back),
        cmocka_unit_test(an_incomplete_dataset_never_appears),
        cmocka_unit_test(inspect_describes_datasets),
        cmocka_unit_test(inspect_describes_checkpoints),
    };
    return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
