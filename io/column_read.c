#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/cause.h"
#include "io/column.h"

static size_t value_bytes(const struct ls_column *column)
{
    return column->integers ? sizeof(int64_t) : sizeof(float);
}

/* Rows [first, first + n) by HDF5, converted to what is handed out, or as bytes. */
static ls_status read_by_library(struct ls_column *column, uint64_t first, size_t n, bool bytes,
                                 void *values)
{
    ls_hdf5_lock();
    const hid_t type = bytes              ? H5T_NATIVE_UINT8
                       : column->integers ? H5T_NATIVE_INT64
                                          : H5T_NATIVE_FLOAT;
    hsize_t start[LS_HDF5_AXES] = {first}, count[LS_HDF5_AXES] = {n};
    for (int a = 1; a < column->shape.axes; a++)
        count[a] = column->shape.dims[a];
    const hid_t space = H5Dget_space(column->id);
    const hid_t memory = H5Screate_simple(column->shape.axes, count, NULL);
    ls_status status = LS_OK;
    if (space < 0 || memory < 0 ||
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
        H5Dread(column->id, type, memory, space, H5P_DEFAULT, values) < 0)
        status = ls_fail(LS_DATA, "%s: samples %llu to %llu of dataset %s cannot be read: %s",
                         column->path, (unsigned long long)first,
                         (unsigned long long)(first + n - 1), column->name, ls_cause_hdf5());
    ls_hdf5_close(memory);
    ls_hdf5_close(space);
    ls_hdf5_unlock();
    return status;
}

static ls_status pread_all(const struct ls_column *column, uint64_t offset, size_t bytes, void *raw)
{
    for (size_t done = 0; done < bytes;) {
        const ssize_t got =
            pread(column->fd, (char *)raw + done, bytes - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return ls_fail(LS_DATA, "%s: dataset %s cannot be read at byte %llu: %s", column->path,
                           column->name, (unsigned long long)(offset + done),
                           got < 0 ? ls_cause_errno(errno) : "the file has become shorter");
        done += (size_t)got;
    }
    return LS_OK;
}

/* HDF5 converts in place, in a buffer that holds the wider of both types. */
static ls_status convert_by_library(struct ls_column *column, size_t n, void *raw, float *values)
{
    ls_hdf5_lock();
    const herr_t error = H5Tconvert(column->type, H5T_NATIVE_FLOAT, n, raw, NULL, H5P_DEFAULT);
    const ls_status status =
        error < 0 ? ls_fail(LS_DATA, "%s: dataset %s cannot be converted to float: %s",
                            column->path, column->name, ls_cause_hdf5())
                  : LS_OK;
    ls_hdf5_unlock();
    if (status == LS_OK)
        memcpy(values, raw, n * sizeof *values);
    return status;
}

/* Rows [first, first + n), n <= run, into `values`. */
static ls_status read_run(struct ls_column *column, uint64_t first, size_t n, void *values)
{
    if (!column->plain || column->integers)
        return read_by_library(column, first, n, false, values);
    const size_t row_bytes = column->row_len * column->shape.element_bytes;
    LS_TRY(pread_all(column, column->offset + first * row_bytes, n * row_bytes, column->run_raw));
    if (!column->convert)
        return convert_by_library(column, n * column->row_len, column->run_raw, values);
    column->convert(column->run_raw, n * column->row_len, values);
    return LS_OK;
}

static int by_row(const void *a, const void *b)
{
    const struct ls_column_row *left = a, *right = b;
    if (left->row != right->row)
        return left->row < right->row ? -1 : 1;
    return left->place < right->place ? -1 : left->place > right->place;
}

/* Scratch grows at the first request of its size and stays. */
static ls_status prepare_runs(struct ls_column *column, size_t n)
{
    if (n > column->rows_capacity) {
        ls_free(column->rows);
        column->rows_capacity = 0;
        column->rows = ls_alloc(n, sizeof *column->rows);
        if (!column->rows)
            return LS_OTHER;
        column->rows_capacity = n;
    }
    const size_t element =
        column->shape.element_bytes > sizeof(float) ? column->shape.element_bytes : sizeof(float);
    if (!column->run_raw && column->plain)
        column->run_raw = ls_alloc(column->run, column->row_len * element);
    if (!column->run_values)
        column->run_values = ls_alloc(column->run, column->row_len * value_bytes(column));
    return (column->run_raw || !column->plain) && column->run_values ? LS_OK : LS_OTHER;
}

static ls_status read_runs(struct ls_column *column, const uint64_t *rows, size_t n, void *values)
{
    LS_TRY(prepare_runs(column, n));
    struct ls_column_row *sorted = column->rows;
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct ls_column_row){rows[i], i};
    qsort(sorted, n, sizeof *sorted, by_row);
    const size_t row_bytes = column->row_len * value_bytes(column);
    for (size_t begin = 0; begin < n;) {
        const uint64_t first = sorted[begin].row;
        size_t end = begin + 1;
        while (end < n && sorted[end].row <= sorted[end - 1].row + 1 &&
               sorted[end].row - first < column->run)
            end++;
        const size_t len = (size_t)(sorted[end - 1].row - first) + 1;
        LS_TRY(read_run(column, first, len, column->run_values));
        for (size_t i = begin; i < end; i++)
            memcpy((char *)values + sorted[i].place * row_bytes,
                   (char *)column->run_values + (sorted[i].row - first) * row_bytes, row_bytes);
        begin = end;
    }
    return LS_OK;
}

static bool fits(const struct ls_column *column)
{
    const size_t bytes = column->bytes ? 1 : value_bytes(column);
    return column->len * column->row_len <= column->memory / bytes;
}

static ls_status read_whole(struct ls_column *column)
{
    const size_t bytes = column->bytes ? 1 : value_bytes(column);
    void *whole = ls_alloc(column->len, column->row_len * bytes);
    if (!whole)
        return LS_OTHER;
    const ls_status status = read_by_library(column, 0, column->len, column->bytes, whole);
    if (status != LS_OK) {
        ls_free(whole);
        return status;
    }
    column->whole = whole;
    ls_hdf5_lock();
    ls_hdf5_close(column->id); /* and with it the chunks it holds */
    column->id = 0;
    ls_hdf5_unlock();
    return LS_OK;
}

ls_status ls_column_read(struct ls_column *column, const uint64_t *rows, size_t n, void *values)
{
    for (size_t i = 0; i < n; i++)
        LS_ASSERT(rows[i] < column->len);
    if (!column->whole && fits(column))
        LS_TRY(read_whole(column));
    if (!column->whole)
        return read_runs(column, rows, n, values);
    if (column->bytes) {
        for (size_t i = 0; i < n; i++)
            column->convert((const uint8_t *)column->whole + rows[i] * column->row_len,
                            column->row_len, (float *)values + i * column->row_len);
        return LS_OK;
    }
    const size_t row_bytes = column->row_len * value_bytes(column);
    for (size_t i = 0; i < n; i++)
        memcpy((char *)values + i * row_bytes, (const char *)column->whole + rows[i] * row_bytes,
               row_bytes);
    return LS_OK;
}
