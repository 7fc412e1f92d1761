/* One dataset of an HDF5 file read by rows, in any order: x as floats, y as floats or as 64-bit
 * integers. Its first rows, or all, may be held in memory that the ranks of a node share, in the
 * type they have in the file where that is narrow. The other rows of a request are sorted and read
 * in runs: by pread where they lie plainly in the file, through HDF5 and its chunk cache where not.
 * Not to be used by two threads at once. */
#ifndef LOCKSTEP_IO_COLUMN_H
#define LOCKSTEP_IO_COLUMN_H

#include "io/convert.h"
#include "src/peers.h"

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

    const void *held; /* (n_held, row_len) the first rows, of held_type */
    size_t n_held;
    hid_t held_type; /* not to be closed */
    size_t held_bytes;
    ls_convert *held_convert; /* NULL: held as handed out */

    bool chunked;
    size_t chunk_len; /* rows of a chunk; 1 where there are no chunks */

    bool plain; /* contiguous at `offset` of the file */
    uint64_t offset;
    int fd;              /* HDF5's own */
    size_t watch;        /* rows to look at one by one before they are read */
    ls_convert *convert; /* NULL: HDF5 converts */

    struct ls_column_row *rows; /* (rows_capacity) scratch for sorting */
    size_t rows_capacity;
    size_t run; /* longest span of rows read at once */
    void *span; /* scratch for it */
};

/** Opens the dataset `name`, numbers with at least one row and none of its axes empty.
 *  integers  whether values are wanted as int64_t, for a dataset of integers
 *  Errors: LS_DATA, LS_OTHER.  Needs the lock.  Owner: caller, who closes it also after a
 *  failure.  Collective: no. */
ls_status ls_column_open(struct ls_column *column, hid_t file, const char *path, const char *name,
                         bool integers);

/** Bytes that holding all of it takes.  Collective: no. */
size_t ls_column_bytes(const struct ls_column *column);

/** Reads all rows, or as many of a chunked dataset as fit into `bytes`, into memory of the node,
 *  each rank its part of the chunks. What is left of `bytes` is for the chunk cache of this rank.
 *  shared  false when there was no such memory: nothing is then held
 *  Errors: LS_DATA, LS_OTHER, the same on all ranks.  Takes the lock.  Owner: arena.
 *  Collective: yes, with the same shape and bytes on all ranks. */
ls_status ls_column_hold(struct ls_column *column, size_t bytes, const struct ls_peers *peers,
                         bool *shared, struct ls_arena *arena);

/** Reads n rows by number; values (n, row_len) of float or int64_t.
 *  Errors: LS_DATA, LS_OTHER.  Takes the lock where needed.  Collective: no. */
ls_status ls_column_read(struct ls_column *column, const uint64_t *rows, size_t n, void *values);

/** Rows [first, first + n) in held_type.
 *  Errors: LS_DATA.  Takes the lock where needed.  Collective: no. */
ls_status ls_column_read_span(const struct ls_column *column, uint64_t first, size_t n,
                              void *values);

/** Has the system begin to read those of the rows that it does not have at hand.
 *  Collective: no.  Errors: none. */
void ls_column_expect(struct ls_column *column, const uint64_t *rows, size_t n);

/** Opens the dataset once more with a chunk cache of `bytes`, or of one row of chunks where that
 *  is more.  Errors: LS_DATA.  Needs the lock.  Collective: no. */
ls_status ls_column_cache(struct ls_column *column, size_t bytes);

/** Takes a zeroed column.  Needs the lock.  Collective: no. */
void ls_column_close(struct ls_column *column);

#endif
