#include "tests/tools/make_data.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define H5_USE_18_API
#include <hdf5.h>

static void die(const char *path)
{
    (void)fprintf(stderr, "make_data: cannot write %s\n", path);
    exit(1);
}

static hid_t stored_type(char type)
{
    return type == 'u'   ? H5T_STD_U8LE
           : type == 'i' ? H5T_STD_I16LE
           : type == 'd' ? H5T_IEEE_F64LE
                         : H5T_IEEE_F32LE;
}

static void write_one(hid_t file, const char *name, hid_t type, int axes, const hsize_t *dims,
                      hsize_t chunk, const double *data)
{
    const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    if (chunk > 0) {
        hsize_t piece[4] = {chunk};
        for (int axis = 1; axis < axes; axis++)
            piece[axis] = dims[axis];
        H5Pset_chunk(plist, axes, piece);
        H5Pset_deflate(plist, 4);
    }
    const hid_t space = H5Screate_simple(axes, dims, NULL);
    const hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT);
    if (set < 0 || H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        die(name);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(plist);
}

void data_write_h5(const struct data_spec *spec, const char *path)
{
    const size_t len = data_sample_len(spec), columns = spec->values ? spec->values : 1;
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    double *const x = calloc(spec->n * len + 1, sizeof *x);
    double *const y = calloc(spec->y_len * columns + 1, sizeof *y);
    if (file < 0 || !x || !y)
        die(path);
    for (size_t i = 0; i < spec->n * len; i++)
        x[i] = data_x(spec, i / len, i % len);
    for (size_t i = 0; i < spec->y_len * columns; i++)
        y[i] =
            spec->values ? data_value(spec, i / columns, i % columns) : (double)data_class(spec, i);
    hsize_t dims[4] = {spec->n};
    for (int axis = 0; axis < spec->axes; axis++)
        dims[axis + 1] = spec->dims[axis];
    write_one(file, "x", stored_type(spec->type), spec->axes + 1, dims, spec->chunk, x);
    const hsize_t y_dims[2] = {spec->y_len, columns};
    if (spec->values > 0)
        write_one(file, "y", H5T_IEEE_F32LE, 2, y_dims, 0, y);
    else if (spec->k > 0)
        write_one(file, "y", H5T_STD_I32LE, 1, y_dims, 0, y);
    for (size_t i = 0; i < spec->y_len && spec->values > 0; i++)
        y[i] = (double)data_class(spec, i);
    if (spec->values > 0 && spec->k > 0)
        write_one(file, "g", H5T_STD_I32LE, 1, y_dims, 0, y);
    if (H5Fclose(file) < 0)
        die(path);
    free(x);
    free(y);
}
