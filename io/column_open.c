#include <string.h>
#include <sys/stat.h>

#include "io/cause.h"
#include "io/column.h"
#include "src/base/dims.h"

enum { RUN_BYTES = 1 << 20, SLOTS_PER_CHUNK = 100, MAX_SLOTS = 1 << 20 };

static ls_status check_shape(const struct ls_column *column)
{
    const struct ls_hdf5_shape *shape = &column->shape;
    const char *path = column->path, *name = column->name;
    char text[LS_SHAPE_TEXT];
    if (shape->class != H5T_INTEGER && shape->class != H5T_FLOAT)
        return ls_fail(LS_DATA, "%s: the elements of dataset %s are no numbers", path, name);
    if (shape->axes < 1 || shape->axes > LS_HDF5_AXES)
        return ls_fail(LS_DATA, "%s: dataset %s has the shape %s, expected 1 to %d axes", path,
                       name, ls_hdf5_shape_text(shape, text), LS_HDF5_AXES);
    if (shape->dims[0] == 0)
        return ls_fail(LS_DATA, "%s: dataset %s has no samples", path, name);
    size_t total = 8; /* bytes of the widest element handed out */
    for (int a = 0; a < shape->axes; a++) {
        if (shape->dims[a] == 0)
            return ls_fail(LS_DATA, "%s: dataset %s has an axis of length 0: %s", path, name,
                           ls_hdf5_shape_text(shape, text));
        if (__builtin_mul_overflow(total, (size_t)shape->dims[a], &total))
            return ls_fail(LS_DATA, "%s: dataset %s claims an impossible shape: %s", path, name,
                           ls_hdf5_shape_text(shape, text));
    }
    return LS_OK;
}

static bool is_prime(size_t n)
{
    for (size_t d = 3; d * d <= n; d += 2)
        if (n % d == 0)
            return false;
    return n % 2 != 0;
}

/* The cache holds at least the chunks of one row of chunks, however little memory is allowed,
 * since each of them would otherwise be decompressed anew for every sample. */
static hid_t chunk_cache(const struct ls_column *column, hid_t creation, size_t memory)
{
    hsize_t chunk[H5S_MAX_RANK];
    const int axes = H5Pget_chunk(creation, H5S_MAX_RANK, chunk);
    size_t chunk_bytes = column->shape.element_bytes, across = 1;
    for (int a = 0; a < axes && a < LS_HDF5_AXES; a++) {
        chunk_bytes *= (size_t)chunk[a];
        if (a > 0)
            across *= (size_t)((column->shape.dims[a] + chunk[a] - 1) / chunk[a]);
    }
    if (chunk_bytes == 0)
        return -1;
    size_t bytes;
    if (__builtin_mul_overflow(chunk_bytes, across, &bytes) || bytes < memory)
        bytes = memory;
    size_t total;
    if (!__builtin_mul_overflow(chunk_bytes, (size_t)column->shape.dims[0], &total) &&
        !__builtin_mul_overflow(total, across, &total) && bytes > total)
        bytes = total; /* more than all chunks there can be */
    const size_t chunks = bytes / chunk_bytes + 1;
    size_t slots = chunks < MAX_SLOTS / SLOTS_PER_CHUNK ? chunks * SLOTS_PER_CHUNK : MAX_SLOTS;
    while (!is_prime(slots))
        slots++;
    const hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    (void)H5Pset_chunk_cache(access, slots, bytes, 1.0);
    return access;
}

ls_status ls_column_cache(struct ls_column *column, size_t bytes)
{
    const hid_t creation = H5Dget_create_plist(column->id);
    const hid_t access = creation < 0 ? -1 : chunk_cache(column, creation, bytes);
    ls_hdf5_close(creation);
    if (access < 0)
        return ls_hdf5_damaged(column->path, column->name);
    ls_hdf5_close(column->id);
    column->id = H5Dopen2(column->file, column->name, access);
    const ls_status status = column->id < 0 ? ls_hdf5_damaged(column->path, column->name) : LS_OK;
    ls_hdf5_close(access);
    return status;
}

static ls_status find_chunks(struct ls_column *column, hid_t creation)
{
    hsize_t chunk[H5S_MAX_RANK] = {0};
    if (H5Pget_chunk(creation, H5S_MAX_RANK, chunk) < 0 || chunk[0] == 0)
        return ls_hdf5_damaged(column->path, column->name);
    column->chunked = true;
    column->chunk_len = chunk[0] < column->len ? (size_t)chunk[0] : column->len;
    return LS_OK;
}

/* Finds where the rows lie in the file, and that the file goes on as far. */
static ls_status locate(struct ls_column *column)
{
    const haddr_t offset = H5Dget_offset(column->id);
    if (offset == HADDR_UNDEF)
        return LS_OK; /* never written: HDF5 gives the fill value */
    void *handle = NULL;
    struct stat info;
    if (H5Fget_vfd_handle(column->file, H5P_DEFAULT, &handle) < 0 || !handle)
        return ls_hdf5_damaged(column->path, column->name);
    column->fd = *(int *)handle;
    if (fstat(column->fd, &info) != 0)
        return ls_fail(LS_DATA, "%s: cannot be examined", column->path);
    size_t bytes, end;
    if (__builtin_mul_overflow(column->len * column->row_len, column->shape.element_bytes,
                               &bytes) ||
        __builtin_add_overflow(bytes, (size_t)offset, &end) || end > (size_t)info.st_size)
        return ls_fail(LS_DATA,
                       "%s is truncated: dataset %s needs %zu bytes from %zu on, the file has %zu",
                       column->path, column->name, bytes, (size_t)offset, (size_t)info.st_size);
    column->offset = offset;
    column->plain = true;
    return LS_OK;
}

static ls_status find_layout(struct ls_column *column)
{
    const hid_t creation = H5Dget_create_plist(column->id);
    if (creation < 0)
        return ls_hdf5_damaged(column->path, column->name);
    const H5D_layout_t layout = H5Pget_layout(creation);
    ls_status status = LS_OK;
    if (layout < 0)
        status = ls_hdf5_damaged(column->path, column->name);
    else if (H5Pget_external_count(creation) > 0)
        status = ls_fail(LS_DATA,
                         "%s: dataset %s keeps its values in other files, which is not supported",
                         column->path, column->name);
    else if (layout == H5D_CHUNKED && H5Pall_filters_avail(creation) <= 0)
        status = ls_fail(LS_DATA,
                         "%s: dataset %s is compressed by a filter that this HDF5 lacks; "
                         "h5repack -f GZIP=4 makes it readable",
                         column->path, column->name);
    else if (layout == H5D_CHUNKED)
        status = find_chunks(column, creation);
    else if (layout == H5D_CONTIGUOUS)
        status = locate(column);
    ls_hdf5_close(creation);
    return status;
}

/* Held as in the file where that takes no more memory than floats do. */
static void choose_held(struct ls_column *column)
{
    const bool narrow = column->convert && column->shape.element_bytes <= sizeof(float);
    column->held_type = column->integers ? H5T_NATIVE_INT64
                        : narrow         ? column->type
                                         : H5T_NATIVE_FLOAT;
    column->held_bytes = column->integers ? sizeof(int64_t)
                         : narrow         ? column->shape.element_bytes
                                          : sizeof(float);
    column->held_convert = narrow ? column->convert : NULL;
}

ls_status ls_column_open(struct ls_column *column, hid_t file, const char *path, const char *name,
                         bool integers)
{
    *column = (struct ls_column){
        .path = path, .name = name, .file = file, .integers = integers, .chunk_len = 1};
    column->id = H5Dopen2(file, name, H5P_DEFAULT);
    if (column->id < 0)
        return ls_fail(LS_DATA, "%s: %s cannot be opened as a dataset: %s", path, name,
                       ls_cause_hdf5());
    LS_TRY(ls_hdf5_shape_get(path, name, column->id, &column->shape));
    LS_TRY(check_shape(column));
    column->len = (size_t)column->shape.dims[0];
    column->row_len = 1;
    for (int a = 1; a < column->shape.axes; a++)
        column->row_len *= (size_t)column->shape.dims[a];
    column->type = H5Dget_type(column->id);
    if (column->type < 0)
        return ls_hdf5_damaged(path, name);
    column->convert = integers ? NULL : ls_convert_find(column->type);
    choose_held(column);
    column->run = RUN_BYTES / (8 * column->row_len);
    if (column->run == 0)
        column->run = 1;
    return find_layout(column);
}

void ls_column_close(struct ls_column *column)
{
    ls_hdf5_close(column->type);
    ls_hdf5_close(column->id);
    ls_free(column->rows);
    ls_free(column->span);
    *column = (struct ls_column){0};
}
