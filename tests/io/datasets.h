/* Small datasets that tests of reading make. */
#ifndef LOCKSTEP_TESTS_IO_DATASETS_H
#define LOCKSTEP_TESTS_IO_DATASETS_H

#include "tests/io/temp.h"

#include "io/dataset.h"

enum { N = 40, C = 3, H = 4, W = 5, ROW = C * H * W };

static const hsize_t x_dims[4] = {N, C, H, W};

/* Values that every type tested holds. */
static inline double value(size_t i)
{
    return (double)((i * 37 + i / 7) % 120);
}

static inline void put_x(hid_t file, hid_t disk, const hsize_t *chunk, bool gzip)
{
    double *x = test_malloc(N * ROW * sizeof *x);
    for (size_t i = 0; i < (size_t)N * ROW; i++)
        x[i] = value(i);
    put_dataset(file, "x", 4, x_dims, disk, H5T_NATIVE_DOUBLE, x,
                chunk ? chunked(4, chunk, gzip) : H5P_DEFAULT);
    test_free(x);
}

static inline void put_y(hid_t file, size_t n)
{
    int32_t y[N];
    for (size_t i = 0; i < N; i++)
        y[i] = (int32_t)(i * 3 % 5) - 1;
    const hsize_t dims = n;
    put_dataset(file, "y", 1, &dims, H5T_STD_I16BE, H5T_NATIVE_INT32, y, H5P_DEFAULT);
}

static inline const char *make(const char *name, hid_t disk, const hsize_t *chunk, bool gzip)
{
    const char *path = temp_path(name);
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(file >= 0);
    put_x(file, disk, chunk, gzip);
    put_y(file, N);
    assert_true(H5Fclose(file) >= 0);
    return path;
}

static inline ls_status open_alone(struct ls_source *source, const char *path, const char *x,
                                   const char *y, size_t memory, struct ls_arena *arena)
{
    const struct ls_peers alone = ls_peers_alone();
    return ls_dataset_open(source, path, x, y, NULL, memory, &alone, arena);
}

/* Opens with x "x" and y "y", and closes. */
static inline ls_status opens(const char *path)
{
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_source source;
    const ls_status status = open_alone(&source, path, "x", "y", 0, &arena);
    ls_source_close(&source);
    ls_arena_release(&arena);
    return status;
}

#endif
