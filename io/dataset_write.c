#include <string.h>

#include "io/dataset.h"
#include "io/outfile.h"

struct ls_dataset_writer {
    struct ls_outfile out;
    struct ls_dataset_spec spec; /* class_names is not kept */
    hid_t x, y;                  /* y 0 without labels */
    uint64_t done;
};

struct element {
    hid_t memory, disk;
    size_t bytes;
};

static struct element element_of(enum ls_element element)
{
    switch (element) {
    case LS_U8:
        return (struct element){H5T_NATIVE_UINT8, H5T_STD_U8LE, 1};
    case LS_I16:
        return (struct element){H5T_NATIVE_INT16, H5T_STD_I16LE, 2};
    case LS_I32:
        return (struct element){H5T_NATIVE_INT32, H5T_STD_I32LE, 4};
    case LS_I64:
        return (struct element){H5T_NATIVE_INT64, H5T_STD_I64LE, 8};
    case LS_F32:
        return (struct element){H5T_NATIVE_FLOAT, H5T_IEEE_F32LE, 4};
    case LS_F64:
        return (struct element){H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE, 8};
    }
    LS_ASSERT(!"an element type of the list");
    return (struct element){0};
}

static struct element y_element(const struct ls_dataset_spec *spec)
{
    return element_of(spec->labels_are_classes ? LS_I32 : LS_F32);
}

static int x_dims(const struct ls_dataset_spec *spec, uint64_t len, hsize_t *dims)
{
    dims[0] = len;
    for (int a = 1; a < spec->axes; a++)
        dims[a] = spec->dims[a - 1];
    return spec->axes;
}

static int y_dims(const struct ls_dataset_spec *spec, uint64_t len, hsize_t *dims)
{
    dims[0] = len;
    dims[1] = spec->label_len;
    return spec->labels_are_classes ? 1 : 2;
}

/* 0 when the bytes cannot be counted. */
static uint64_t bytes_of(int axes, const hsize_t *dims, size_t element)
{
    uint64_t bytes = element;
    for (int a = 0; a < axes; a++)
        if (__builtin_mul_overflow(bytes, dims[a], &bytes) || bytes > INT64_MAX / 4)
            return 0;
    return bytes;
}

static hid_t create_array(hid_t file, const char *name, int axes, const hsize_t *dims, hid_t type)
{
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = H5Screate_simple(axes, dims, NULL);
    hid_t id = -1;
    if (H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY) >= 0 &&
        H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER) >= 0 &&
        H5Pset_obj_track_times(creation, false) >= 0)
        id = H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    ls_hdf5_close(space);
    ls_hdf5_close(creation);
    return id;
}

static ls_status write_class_names(const struct ls_outfile *out, const struct ls_dataset_spec *spec)
{
    if (spec->n_class_names == 0)
        return LS_OK;
    const hsize_t len = spec->n_class_names;
    const hid_t type = H5Tcopy(H5T_C_S1);
    const hid_t space = H5Screate_simple(1, &len, NULL);
    hid_t attribute = 0;
    ls_status status = LS_OK;
    if (H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0 ||
        (attribute = H5Acreate2(out->file, "classes", type, space, H5P_DEFAULT, H5P_DEFAULT)) < 0 ||
        H5Awrite(attribute, type, spec->class_names) < 0)
        status = ls_outfile_failed(out, "the names of the classes");
    ls_hdf5_close(attribute);
    ls_hdf5_close(space);
    ls_hdf5_close(type);
    return status;
}

static ls_status create_contents(struct ls_dataset_writer *writer,
                                 const struct ls_dataset_spec *spec)
{
    hsize_t dims[LS_HDF5_AXES];
    int axes = x_dims(spec, spec->len, dims);
    const char *inputs = spec->inputs ? spec->inputs : "x";
    const char *labels = spec->labels ? spec->labels : "y";
    writer->x = create_array(writer->out.file, inputs, axes, dims, element_of(spec->element).disk);
    if (writer->x < 0)
        return ls_outfile_failed(&writer->out, "dataset x");
    if (spec->has_labels) {
        axes = y_dims(spec, spec->len, dims);
        writer->y = create_array(writer->out.file, labels, axes, dims, y_element(spec).disk);
        if (writer->y < 0)
            return ls_outfile_failed(&writer->out, "dataset y");
    }
    return write_class_names(&writer->out, spec);
}

static void free_locked(struct ls_dataset_writer *writer)
{
    ls_hdf5_close(writer->x);
    ls_hdf5_close(writer->y);
    writer->x = writer->y = 0;
    ls_outfile_release(&writer->out);
    ls_free(writer);
}

ls_status ls_dataset_create(struct ls_dataset_writer **writer, const char *path,
                            const struct ls_dataset_spec *spec)
{
    LS_ASSERT(spec->axes >= 2 && spec->axes <= LS_HDF5_AXES && spec->len > 0);
    hsize_t x[LS_HDF5_AXES], y[LS_HDF5_AXES];
    struct ls_dataset_writer *made = ls_alloc(1, sizeof *made);
    if (!made)
        return LS_OTHER;
    made->out.fd = -1;
    made->spec = *spec;
    made->spec.class_names = NULL;
    ls_hdf5_lock();
    const uint64_t x_bytes =
        bytes_of(x_dims(spec, spec->len, x), x, element_of(spec->element).bytes);
    const uint64_t y_bytes =
        spec->has_labels ? bytes_of(y_dims(spec, spec->len, y), y, sizeof(float)) : 0;
    ls_status status = LS_OK;
    if (x_bytes == 0 || (spec->has_labels && y_bytes == 0))
        status =
            ls_fail(LS_DATA, "cannot write %s: no samples, or more than a file can hold", path);
    if (status == LS_OK)
        status = ls_outfile_create(&made->out, path);
    if (status == LS_OK)
        status = ls_outfile_reserve(&made->out, x_bytes + y_bytes);
    if (status == LS_OK)
        status = create_contents(made, spec);
    if (status == LS_OK)
        *writer = made;
    else
        free_locked(made);
    ls_hdf5_unlock();
    return status;
}

/* Samples [first, first + n) of a dataset. */
static herr_t write_rows(hid_t dataset, int axes, const hsize_t *count, uint64_t first, hid_t type,
                         const void *values)
{
    const hsize_t start[LS_HDF5_AXES] = {first};
    const hid_t space = H5Dget_space(dataset);
    const hid_t memory = H5Screate_simple(axes, count, NULL);
    herr_t error = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
    if (error >= 0)
        error = H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, values);
    ls_hdf5_close(memory);
    ls_hdf5_close(space);
    return error;
}

ls_status ls_dataset_append(struct ls_dataset_writer *writer, size_t n, const void *x,
                            const int32_t *classes, const float *values)
{
    const struct ls_dataset_spec *spec = &writer->spec;
    LS_ASSERT(n <= spec->len - writer->done);
    LS_ASSERT(!spec->has_labels || (spec->labels_are_classes ? classes != NULL : values != NULL));
    if (n == 0)
        return LS_OK;
    hsize_t count[LS_HDF5_AXES];
    ls_status status = LS_OK;
    ls_hdf5_lock();
    int axes = x_dims(spec, n, count);
    if (write_rows(writer->x, axes, count, writer->done, element_of(spec->element).memory, x) < 0)
        status = ls_outfile_failed(&writer->out, "dataset x");
    if (status == LS_OK && spec->has_labels) {
        const void *y = spec->labels_are_classes ? (const void *)classes : values;
        axes = y_dims(spec, n, count);
        if (write_rows(writer->y, axes, count, writer->done, y_element(spec).memory, y) < 0)
            status = ls_outfile_failed(&writer->out, "dataset y");
    }
    ls_hdf5_unlock();
    if (status == LS_OK)
        writer->done += n;
    return status;
}

ls_status ls_dataset_put(struct ls_dataset_writer *writer, const char *name,
                         enum ls_element element, size_t row_len, const void *values)
{
    const hsize_t dims[] = {writer->spec.len, row_len};
    const struct element of = element_of(element);
    const int axes = row_len > 0 ? 2 : 1;
    ls_status status = LS_OK;
    ls_hdf5_lock();
    const hid_t dataset = create_array(writer->out.file, name, axes, dims, of.disk);
    if (dataset < 0 || write_rows(dataset, axes, dims, 0, of.memory, values) < 0)
        status = ls_outfile_failed(&writer->out, name);
    ls_hdf5_close(dataset);
    ls_hdf5_unlock();
    return status;
}

ls_status ls_dataset_finish(struct ls_dataset_writer *writer)
{
    ls_hdf5_lock();
    ls_hdf5_close(writer->x);
    ls_hdf5_close(writer->y);
    writer->x = writer->y = 0;
    ls_status status = LS_OK;
    if (writer->done != writer->spec.len)
        status = ls_fail(LS_DATA, "cannot write %s: %llu of %llu samples came", writer->out.path,
                         (unsigned long long)writer->done, (unsigned long long)writer->spec.len);
    if (status == LS_OK)
        status = ls_outfile_close(&writer->out);
    if (status == LS_OK)
        status = ls_outfile_sync(&writer->out);
    if (status == LS_OK)
        status = ls_outfile_commit(&writer->out);
    free_locked(writer);
    ls_hdf5_unlock();
    return status;
}

void ls_dataset_abandon(struct ls_dataset_writer *writer)
{
    if (!writer)
        return;
    ls_hdf5_lock();
    free_locked(writer);
    ls_hdf5_unlock();
}
