/* Writing and reading checkpoints, and the weights of foreign files. */
#include "tests/io/checkpoints.h"

#include <math.h>

static struct ls_arena arena;

static int setup(void **state)
{
    ls_arena_init(&arena);
    return temp_setup(state);
}

static int teardown(void **state)
{
    ls_arena_release(&arena);
    return temp_teardown(state);
}

static void a_checkpoint_comes_back_bit_for_bit(void **state)
{
    (void)state;
    struct ls_checkpoint written = make_checkpoint(&arena, 7, 1), read;
    written.tensors[0].data[0] = NAN;
    written.tensors[0].data[1] = -0.0F;
    written.tensors[0].data[2] = 1e-42F;
    assert_int_equal(ls_checkpoint_write(temp_path("a.h5"), &written), LS_OK);
    assert_int_equal(ls_checkpoint_read(temp_path("a.h5"), &read, &arena), LS_OK);
    assert_true(same_checkpoint(&written, &read));
    assert_int_equal(temp_bytes(temp_path(".a.h5.tmp")), -1);
}

static void remembered_losses_come_back_in_any_part(void **state)
{
    (void)state;
    enum { N = 40001 };
    struct ls_checkpoint written = make_checkpoint(&arena, 7, 1), read;
    float some[100];
    written.n_losses = N;
    written.has_pool = true;
    written.losses = ls_arena_get(&arena, N, sizeof(float));
    written.pool = ls_arena_get(&arena, N, sizeof(float));
    fill(written.losses, N, 1);
    for (size_t i = 0; i < N; i++)
        written.pool[i] = i % 10 ? NAN : written.losses[i];
    assert_int_equal(ls_checkpoint_write(temp_path("l.h5"), &written), LS_OK);
    assert_int_equal(ls_checkpoint_read(temp_path("l.h5"), &read, &arena), LS_OK);
    assert_true(same_checkpoint(&written, &read));
    assert_int_equal(read.n_losses, N);
    assert_true(read.has_pool);
    for (uint64_t at = 0; at + 100 <= N; at += 3991) {
        assert_int_equal(ls_checkpoint_read_losses(read.path, "/sampler/loss", at, 100, some),
                         LS_OK);
        assert_memory_equal(some, written.losses + at, sizeof some);
        assert_int_equal(ls_checkpoint_read_losses(read.path, "/sampler/pool", at, 100, some),
                         LS_OK);
        assert_memory_equal(some, written.pool + at, sizeof some);
    }
    assert_int_equal(ls_checkpoint_read_losses(read.path, "/sampler/loss", N, 1, some), LS_DATA);
    written.has_pool = false;
    assert_int_equal(ls_checkpoint_write(temp_path("l.h5"), &written), LS_OK);
    assert_int_equal(ls_checkpoint_read(temp_path("l.h5"), &read, &arena), LS_OK);
    assert_true(read.n_losses == N && !read.has_pool);
}

static void what_may_be_absent_may_be_absent(void **state)
{
    (void)state;
    struct ls_checkpoint written = make_checkpoint(&arena, 7, 1), read;
    written.n_classes = written.n_normalize = written.n_tensors = 0;
    written.job = written.libm = "";
    written.best_metric = (double)NAN;
    written.input = (struct ls_shape){1, 12, 1, 1};
    assert_int_equal(ls_checkpoint_write(temp_path("b.h5"), &written), LS_OK);
    assert_int_equal(ls_checkpoint_read(temp_path("b.h5"), &read, &arena), LS_OK);
    assert_true(same_checkpoint(&written, &read));
    written.input = (struct ls_shape){2, 4, 1, 256};
    assert_int_equal(ls_checkpoint_write(temp_path("b.h5"), &written), LS_OK);
    assert_int_equal(ls_checkpoint_read(temp_path("b.h5"), &read, &arena), LS_OK);
    assert_true(same_checkpoint(&written, &read));
}

static void tensors_past_the_chunk_size_come_back(void **state)
{
    (void)state;
    struct ls_checkpoint written = make_checkpoint(&arena, 700001, 1), read;
    assert_int_equal(ls_checkpoint_write(temp_path("large.h5"), &written), LS_OK);
    assert_int_equal(ls_checkpoint_read(temp_path("large.h5"), &read, &arena), LS_OK);
    assert_true(same_checkpoint(&written, &read));
}

static void the_same_checkpoint_makes_the_same_tensors_in_order(void **state)
{
    (void)state;
    struct ls_checkpoint written = make_checkpoint(&arena, 7, 1), read;
    const struct ls_tensor last = written.tensors[4];
    written.tensors[4] = written.tensors[0];
    written.tensors[0] = last;
    assert_int_equal(ls_checkpoint_write(temp_path("order.h5"), &written), LS_OK);
    assert_int_equal(ls_checkpoint_read(temp_path("order.h5"), &read, &arena), LS_OK);
    static const char *const order[] = {"/model/bn1.2/running_mean", "/model/conv1/weight",
                                        "/model/conv2/weight", "/model/dense1/weight",
                                        "/optimizer/momentum/conv1/weight"};
    for (size_t t = 0; t < 5; t++)
        assert_string_equal(read.tensors[t].path, order[t]);
}

static void foreign_and_newer_files_are_told_apart(void **state)
{
    (void)state;
    struct ls_checkpoint written = make_checkpoint(&arena, 7, 1), read;
    assert_int_equal(ls_checkpoint_read(temp_path("none.h5"), &read, &arena), LS_DATA);
    assert_message("no such file");
    const char *path = temp_path("foreign.h5");
    assert_true(H5Fclose(H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) >= 0);
    assert_int_equal(ls_checkpoint_read(path, &read, &arena), LS_DATA);
    assert_message("is not a Lockstep checkpoint (no attribute format)");
    path = temp_path("newer.h5");
    assert_int_equal(ls_checkpoint_write(path, &written), LS_OK);
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t version = H5Aopen(file, "format_version", H5P_DEFAULT);
    const uint64_t seven = 7;
    assert_true(H5Awrite(version, H5T_NATIVE_UINT64, &seven) >= 0);
    assert_true(H5Aclose(version) >= 0 && H5Fclose(file) >= 0);
    assert_int_equal(ls_checkpoint_read(path, &read, &arena), LS_DATA);
    assert_message("format version 7 is newer than this program's 2");
}

static void weights_of_any_real_type_are_read_from_foreign_files(void **state)
{
    (void)state;
    const char *path = temp_path("torch.h5");
    const hsize_t dims[2] = {2, 3}, chunk[2] = {1, 2};
    const float w[6] = {1, 2, 3, 4, 5, 0.5F};
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t half = H5Tcopy(H5T_IEEE_F32LE);
    assert_true(H5Tset_fields(half, 15, 10, 5, 0, 10) >= 0 && H5Tset_size(half, 2) >= 0 &&
                H5Tset_ebias(half, 15) >= 0);
    put_dataset(file, "model/dense1/weight", 2, dims, half, H5T_NATIVE_FLOAT, w, H5P_DEFAULT);
    put_dataset(file, "model/dense1/bias", 1, dims, H5T_IEEE_F64BE, H5T_NATIVE_FLOAT, w,
                H5P_DEFAULT);
    put_dataset(file, "model/dense2/weight", 2, dims, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, w,
                chunked(2, chunk, true));
    put_dataset(file, "model/bn1/count", 1, dims, H5T_STD_I64LE, H5T_NATIVE_FLOAT, w, H5P_DEFAULT);
    put_dataset(file, "model/bn1/scalar", 0, NULL, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, w,
                H5P_DEFAULT);
    put_dataset(file, "elsewhere", 1, dims, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, w, H5P_DEFAULT);
    assert_true(H5Fclose(file) >= 0 && H5Tclose(half) >= 0);
    size_t n = 0;
    struct ls_tensor *tensors = NULL;
    assert_int_equal(ls_checkpoint_read_model(path, &n, &tensors, &arena), LS_OK);
    assert_int_equal(n, 3);
    assert_string_equal(tensors[0].path, "/model/dense1/bias");
    assert_string_equal(tensors[1].path, "/model/dense1/weight");
    assert_string_equal(tensors[2].path, "/model/dense2/weight");
    assert_true(tensors[0].axes == 1 && tensors[0].dims[0] == 2);
    assert_memory_equal(tensors[0].data, w, 2 * sizeof *w);
    for (size_t t = 1; t < 3; t++) {
        assert_true(tensors[t].axes == 2 && tensors[t].dims[0] == 2 && tensors[t].dims[1] == 3);
        assert_memory_equal(tensors[t].data, w, sizeof w);
    }
}

static void files_without_weights_are_refused(void **state)
{
    (void)state;
    const char *path = temp_path("weightless.h5");
    size_t n = 0;
    struct ls_tensor *tensors = NULL;
    const hsize_t dims[5] = {1, 1, 1, 1, 1};
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Fclose(file) >= 0);
    assert_int_equal(ls_checkpoint_read_model(path, &n, &tensors, &arena), LS_DATA);
    assert_message("has no group /model");
    file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put_dataset(file, "model/a/b", 5, dims, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, NULL, H5P_DEFAULT);
    assert_true(H5Fclose(file) >= 0);
    assert_int_equal(ls_checkpoint_read_model(path, &n, &tensors, &arena), LS_DATA);
    assert_message("/model/a/b of shape (1, 1, 1, 1, ...) is no tensor");
    const hsize_t huge[2] = {1ULL << 30, 1ULL << 30}, chunk[2] = {1, 1};
    file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put_dataset(file, "model/a/b", 2, huge, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, NULL,
                chunked(2, chunk, false));
    assert_true(H5Fclose(file) >= 0);
    assert_int_equal(ls_checkpoint_read_model(path, &n, &tensors, &arena), LS_DATA);
    assert_message("claims an impossible shape");
}

static void a_folder_that_cannot_be_written_leaves_the_old_file(void **state)
{
    (void)state;
    struct ls_checkpoint old = make_checkpoint(&arena, 7, 1), read;
    const struct ls_checkpoint new = make_checkpoint(&arena, 7, 2);
    assert_int_equal(mkdir(temp_path("sealed"), 0755), 0);
    const char *path = temp_path("sealed/a.h5");
    assert_int_equal(ls_checkpoint_write(path, &old), LS_OK);
    assert_int_equal(chmod(temp_path("sealed"), 0555), 0);
    assert_int_equal(chmod(temp_folder, 0755), 0);
    const bool root = geteuid() == 0;
    if (root)
        assert_int_equal(seteuid(65534), 0);
    const ls_status status = ls_checkpoint_write(path, &new);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(temp_path("sealed"), 0755), 0);
    assert_int_equal(status, LS_DATA);
    assert_message("permission denied");
    assert_int_equal(ls_checkpoint_read(path, &read, &arena), LS_OK);
    assert_true(same_checkpoint(&old, &read));
    assert_int_equal(ls_checkpoint_write(temp_path("nowhere/a.h5"), &new), LS_DATA);
    assert_message("no such file or directory");
}

static void a_link_moves_to_its_new_target(void **state)
{
    (void)state;
    char target[64];
    static const char *const targets[] = {"checkpoints/step-1.h5", "checkpoints/step-2.h5"};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ls_link_move(temp_path("latest.h5"), targets[i]), LS_OK);
        const ssize_t len = readlink(temp_path("latest.h5"), target, sizeof target - 1);
        assert_true(len > 0);
        target[len] = '\0';
        assert_string_equal(target, targets[i]);
    }
    assert_int_equal(ls_link_move(temp_path("nowhere/latest.h5"), "a"), LS_DATA);
    assert_message("no such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_comes_back_bit_for_bit),
        cmocka_unit_test(remembered_losses_come_back_in_any_part),
        cmocka_unit_test(what_may_be_absent_may_be_absent),
        cmocka_unit_test(tensors_past_the_chunk_size_come_back),
        cmocka_unit_test(the_same_checkpoint_makes_the_same_tensors_in_order),
        cmocka_unit_test(foreign_and_newer_files_are_told_apart),
        cmocka_unit_test(weights_of_any_real_type_are_read_from_foreign_files),
        cmocka_unit_test(files_without_weights_are_refused),
        cmocka_unit_test(a_folder_that_cannot_be_written_leaves_the_old_file),
        cmocka_unit_test(a_link_moves_to_its_new_target),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
