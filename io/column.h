/* One dataset of an HDF5 file read by rows, in any order: x as floats, y as floats or as 64-bit
 * integers. What fits into the memory allowed is read whole at first use. Otherwise the rows of
 * a request are sorted and read in runs: by pread where they lie plainly in the file, through
 * HDF5 and its chunk cache where not. Not to be used by two threads at once. */
#ifndef LOCKSTEP_IO_COLUMN_H
#define LOCKSTEP_IO_COLUMN_H

#include "io/convert.h"

struct ls_column_row {
    uint64_t row;
    size_t place; /* in the request */
};

struct ls_column {
    const char *path, *name; /* for messages */
    struct ls_hdf5_shape shape;
    hid_t file, id, type;
    bool integers; /* hands out int64_t, else float */
    size_t len, row_len;
    size_t memory;

    bool bytes;  /* unsigned 8 bit, handed out as float */
    void *whole; /* (len, row_len) uint8_t, int64_t or float, when it fits */

    bool plain; /* contiguous at `offset` of the file */
    uint64_t offset;
    int fd;              /* HDF5's own */
    ls_convert *convert; /* NULL: HDF5 converts */

    struct ls_column_row *rows; /* (rows_capacity) scratch for sorting */
    size_t rows_capacity;
    size_t run;                 /* longest run of rows read at once */
    void *run_raw, *run_values; /* scratch: a run as it lies in the file, and converted */
};

/** Opens the dataset `name`, numbers with at least one row and none of its axes empty.
 *  integers  whether values are wanted as int64_t, for a dataset of integers
 *  Errors: LS_DATA, LS_OTHER.  Needs the lock.  Owner: caller, who closes it also after a
 *  failure.  Collective: no. */
ls_status ls_column_open(struct ls_column *column, hid_t file, const char *path, const char *name,
                         bool integers, size_t memory);

/** Reads n rows by number; values (n, row_len) of float or int64_t.
 *  Errors: LS_DATA, LS_OTHER.  Takes the lock where needed.  Collective: no. */
ls_status ls_column_read(struct ls_column *column, const uint64_t *rows, size_t n, void *values);

/** Takes a zeroed column.  Needs the lock.  Collective: no. */
void ls_column_close(struct ls_column *column);

#endif
