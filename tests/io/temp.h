/* A folder for the files of a test, below the working folder, and small helpers for files. */
#ifndef LOCKSTEP_TESTS_IO_TEMP_H
#define LOCKSTEP_TESTS_IO_TEMP_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/hdf5.h"

static char temp_folder[64];
static char temp_paths[8][128];
static unsigned temp_next;

/* The path of a file in the folder; valid for the next seven calls. */
static inline const char *temp_path(const char *name)
{
    char *path = temp_paths[temp_next++ % 8];
    (void)snprintf(path, sizeof temp_paths[0], "%s/%s", temp_folder, name);
    return path;
}

static inline int temp_remove(const char *path, const struct stat *info, int flag,
                              struct FTW *place)
{
    (void)info;
    (void)flag;
    (void)place;
    return remove(path);
}

static inline int temp_setup(void **state)
{
    (void)state;
    (void)snprintf(temp_folder, sizeof temp_folder, "io-XXXXXX");
    ls_hdf5_lock(); /* the files that tests make are made quietly */
    ls_hdf5_unlock();
    return mkdtemp(temp_folder) ? 0 : -1;
}

static inline int temp_teardown(void **state)
{
    (void)state;
    return nftw(temp_folder, temp_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static inline long temp_bytes(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (long)info.st_size : -1;
}

/* Reads a file into memory for free(). */
static inline unsigned char *temp_read(const char *path, size_t *len)
{
    *len = (size_t)temp_bytes(path);
    unsigned char *bytes = test_malloc(*len + 1);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, *len, file), *len);
    (void)fclose(file);
    return bytes;
}

static inline void temp_write(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* The message of the last failure contains `part`. */
static inline void assert_message(const char *part)
{
    if (!strstr(ls_message(), part))
        fail_msg("\"%s\" is not in \"%s\"", part, ls_message());
}

/* How a chunked dataset is laid out, for put_dataset. */
static inline hid_t chunked(int axes, const hsize_t *chunk, bool gzip)
{
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    assert_true(H5Pset_chunk(creation, axes, chunk) >= 0);
    if (gzip)
        assert_true(H5Pset_shuffle(creation) >= 0 && H5Pset_deflate(creation, 4) >= 0);
    return creation;
}

/* A dataset by HDF5 itself, with the folders it needs. `disk` is the type in the file; layout
 * H5P_DEFAULT: contiguous, else it is closed here. */
static inline void put_dataset(hid_t file, const char *name, int axes, const hsize_t *dims,
                               hid_t disk, hid_t memory, const void *values, hid_t layout)
{
    const hid_t links = H5Pcreate(H5P_LINK_CREATE);
    assert_true(H5Pset_create_intermediate_group(links, 1) >= 0);
    const hid_t space = H5Screate_simple(axes, dims, NULL);
    const hid_t dataset = H5Dcreate2(file, name, disk, space, links, layout, H5P_DEFAULT);
    assert_true(dataset >= 0);
    if (values)
        assert_true(H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    assert_true(H5Dclose(dataset) >= 0 && H5Sclose(space) >= 0 && H5Pclose(links) >= 0);
    if (layout != H5P_DEFAULT)
        assert_true(H5Pclose(layout) >= 0);
}

#endif
