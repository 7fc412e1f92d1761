#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "io/cause.h"
#include "io/column.h"

static size_t value_bytes(const struct ls_column *column)
{
    return column->integers ? sizeof(int64_t) : sizeof(float);
}

/* Rows [first, first + n) by HDF5, converted to `type`. */
static ls_status read_by_library(const struct ls_column *column, uint64_t first, size_t n,
                                 hid_t type, void *values)
{
    ls_hdf5_lock();
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

ls_status ls_column_read_span(const struct ls_column *column, uint64_t first, size_t n,
                              void *values)
{
    const size_t row_bytes = column->row_len * column->held_bytes;
    if (column->plain && column->held_convert)
        return pread_all(column, column->offset + first * row_bytes, n * row_bytes, values);
    return read_by_library(column, first, n, column->held_type, values);
}

/* HDF5 converts in place, in a buffer that holds the wider of both types. */
static ls_status convert_by_library(const struct ls_column *column, size_t n, void *raw)
{
    ls_hdf5_lock();
    const herr_t error = H5Tconvert(column->type, H5T_NATIVE_FLOAT, n, raw, NULL, H5P_DEFAULT);
    const ls_status status =
        error < 0 ? ls_fail(LS_DATA, "%s: dataset %s cannot be converted to float: %s",
                            column->path, column->name, ls_cause_hdf5())
                  : LS_OK;
    ls_hdf5_unlock();
    return status;
}

/* Rows [first, first + n), n <= run, into column->span: as they lie in the file where `convert`
 * takes it from there, since conversion by HDF5 costs more than reading; else as handed out. */
static ls_status read_span(struct ls_column *column, uint64_t first, size_t n)
{
    const size_t row_bytes = column->row_len * column->shape.element_bytes;
    const bool by_pread = column->plain && !column->integers;
    if (by_pread)
        LS_TRY(pread_all(column, column->offset + first * row_bytes, n * row_bytes, column->span));
    if (by_pread)
        return column->convert ? LS_OK
                               : convert_by_library(column, n * column->row_len, column->span);
    const hid_t type = column->convert    ? column->type
                       : column->integers ? H5T_NATIVE_INT64
                                          : H5T_NATIVE_FLOAT;
    return read_by_library(column, first, n, type, column->span);
}

/* The rows asked for, all of them in a span of n rows, to their places. */
static ls_status read_run(struct ls_column *column, const struct ls_column_row *asked, size_t len,
                          size_t n, void *values)
{
    LS_TRY(read_span(column, asked[0].row, n));
    const size_t out_bytes = column->row_len * value_bytes(column);
    const bool raw = column->convert != NULL;
    const size_t in_bytes = raw ? column->row_len * column->shape.element_bytes : out_bytes;
    for (size_t i = 0; i < len; i++) {
        const char *const from = (char *)column->span + (asked[i].row - asked[0].row) * in_bytes;
        char *const to = (char *)values + asked[i].place * out_bytes;
        if (raw)
            column->convert(from, column->row_len, (float *)to);
        else
            memcpy(to, from, out_bytes);
    }
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
    const size_t element = column->shape.element_bytes > value_bytes(column)
                               ? column->shape.element_bytes
                               : value_bytes(column);
    if (!column->span)
        column->span = ls_alloc(column->run, column->row_len * element);
    return column->span ? LS_OK : LS_OTHER;
}

/* The first n of column->rows. */
static ls_status read_runs(struct ls_column *column, size_t n, void *values)
{
    struct ls_column_row *const sorted = column->rows;
    qsort(sorted, n, sizeof *sorted, by_row);
    for (size_t begin = 0; begin < n;) {
        const uint64_t first = sorted[begin].row;
        size_t end = begin + 1;
        while (end < n && sorted[end].row <= sorted[end - 1].row + 1 &&
               sorted[end].row - first < column->run)
            end++;
        LS_TRY(read_run(column, sorted + begin, end - begin,
                        (size_t)(sorted[end - 1].row - first) + 1, values));
        begin = end;
    }
    return LS_OK;
}

/* Samples lie all over memory: the processor begins to read the next while this one is converted.
 */
static void fetch_held(const struct ls_column *column, uint64_t row)
{
    enum { LINE = 64, MOST = 1024 };
    const size_t bytes = column->row_len * column->held_bytes;
    const char *const from = (const char *)column->held + row * bytes;
    for (size_t b = 0; b < bytes && b < MOST; b += LINE)
        __builtin_prefetch(from + b);
}

static void take_held(const struct ls_column *column, uint64_t row, char *values)
{
    const size_t bytes = column->row_len * column->held_bytes;
    const char *const from = (const char *)column->held + row * bytes;
    if (column->held_convert)
        column->held_convert(from, column->row_len, (float *)values);
    else
        memcpy(values, from, bytes);
}

ls_status ls_column_read(struct ls_column *column, const uint64_t *rows, size_t n, void *values)
{
    const size_t row_bytes = column->row_len * value_bytes(column);
    size_t left = 0;
    if (column->n_held < column->len)
        LS_TRY(prepare_runs(column, n));
    for (size_t i = 0; i < n; i++) {
        LS_ASSERT(rows[i] < column->len);
        if (i + 1 < n && rows[i + 1] < column->n_held)
            fetch_held(column, rows[i + 1]);
        if (rows[i] < column->n_held)
            take_held(column, rows[i], (char *)values + i * row_bytes);
        else
            column->rows[left++] = (struct ls_column_row){rows[i], i};
    }
    return left > 0 ? read_runs(column, left, values) : LS_OK;
}

void ls_column_expect(struct ls_column *column, const uint64_t *rows, size_t n)
{
    enum { WATCH = 1024, SKIP = 8 };
    if (!column->plain || column->n_held == column->len)
        return;
    const size_t row_bytes = column->row_len * column->shape.element_bytes;
    /* where the last WATCH rows were at hand, one in SKIP is looked at: a look costs half a read */
    for (size_t i = 0; i<n; i += column->watch> 0 ? 1 : SKIP) {
        const off_t at = (off_t)(column->offset + rows[i] * row_bytes);
        char byte;
        const struct iovec first = {&byte, 1};
        column->watch -= column->watch > 0;
        if (preadv2(column->fd, &first, 1, at, RWF_NOWAIT) < 0 && errno == EAGAIN) {
            (void)posix_fadvise(column->fd, at, (off_t)row_bytes, POSIX_FADV_WILLNEED);
            column->watch = WATCH;
        }
    }
}
