#include "io/column.h"

size_t ls_column_bytes(const struct ls_column *column)
{
    return column->len * column->row_len * column->held_bytes;
}

/* How many rows to hold: of a chunked dataset whole chunks, since a row costs its chunk; of a
 * plain one all or none, since the system keeps files in memory as well as we could. */
static size_t rows_within(const struct ls_column *column, size_t bytes)
{
    const size_t rows = bytes / (column->row_len * column->held_bytes);
    if (rows >= column->len)
        return column->len;
    return column->chunked ? rows / column->chunk_len * column->chunk_len : 0;
}

/* This rank's part, in whole chunks, so that none is decoded by two ranks. */
static ls_status read_part(const struct ls_column *column, const struct ls_peers *peers, size_t n,
                           char *held)
{
    const size_t chunks = (n + column->chunk_len - 1) / column->chunk_len;
    const size_t rank = (size_t)peers->node_rank, size = (size_t)peers->node_size;
    const size_t begin = chunks * rank / size * column->chunk_len;
    const size_t stop = chunks * (rank + 1) / size * column->chunk_len;
    const size_t end = stop < n ? stop : n;
    if (begin >= end)
        return LS_OK;
    return ls_column_read_span(column, begin, end - begin,
                               held + begin * column->row_len * column->held_bytes);
}

/* A file that is held needs no more of HDF5; one that is not, a cache. */
static ls_status settle(struct ls_column *column, size_t cache)
{
    ls_status status = LS_OK;
    ls_hdf5_lock();
    if (column->n_held == column->len) {
        ls_hdf5_close(column->id);
        column->id = 0;
    } else if (column->chunked) {
        status = ls_column_cache(column, cache);
    }
    ls_hdf5_unlock();
    return status;
}

ls_status ls_column_hold(struct ls_column *column, size_t bytes, const struct ls_peers *peers,
                         bool *shared, struct ls_arena *arena)
{
    const size_t n = rows_within(column, bytes);
    void *held = NULL;
    ls_status status = LS_OK;
    *shared =
        n == 0 || ls_share(peers, n * column->row_len * column->held_bytes, arena, &held) == LS_OK;
    if (held) {
        status = read_part(column, peers, n, held);
        ls_meet(peers);
        column->held = held;
        column->n_held = n;
        bytes -= n * column->row_len * column->held_bytes;
    }
    if (status == LS_OK)
        status = settle(column, bytes / (size_t)peers->node_size);
    return ls_agree(peers, status);
}
