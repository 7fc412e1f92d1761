#include "comm/context.h"

#include <string.h>

/* ADD_LEN reals of all pieces that meet in one addition stay in the cache; chunks begin on cache
 * lines of ALIGN_LEN reals. */
enum { ADD_LEN = 4096, ALIGN_LEN = 64 / (int)sizeof(real) };
enum { TAG_PIECES = 1, TAG_SUM = 2 };

/* A run of the vector. */
struct range {
    size_t begin, len;
};

/* Part i of n equal ones of `whole`, on cache lines. */
static struct range cut(struct range whole, size_t n, size_t i)
{
    const size_t lines = (whole.len + ALIGN_LEN - 1) / ALIGN_LEN;
    const size_t each = lines / n, longer = lines % n; /* the first `longer` have one line more */
    const size_t from = (i * each + (i < longer ? i : longer)) * ALIGN_LEN;
    const size_t to = from + (each + (i < longer)) * ALIGN_LEN;
    const size_t begin = from < whole.len ? from : whole.len;
    const size_t end = to < whole.len ? to : whole.len;
    return (struct range){whole.begin + begin, end - begin};
}

/* A reduction on its way. Sections take turns in the two slots. */
struct pass {
    struct ls_comm *comm;
    const struct ls_tree *tree;
    real *const *pieces;
    size_t len, n_sections;
    size_t max_chunk;    /* reals of the longest chunk */
    real *received[2];   /* (n_all_pieces, max_chunk) others' pieces of this rank's chunk */
    MPI_Request *in[2];  /* pieces that come */
    MPI_Request *out[2]; /* pieces that go */
    MPI_Request *sum[2]; /* sums that come and go */
    int n_in[2], n_out[2], n_sum[2];
    real **value; /* (n_all_pieces) where each piece of the chunk lies */
};

static struct range chunk_of(const struct pass *pass, size_t section, int rank)
{
    const struct range all = {0, pass->len};
    return cut(cut(all, pass->n_sections, section), (size_t)pass->comm->size, (size_t)rank);
}

static void plan_pass(struct pass *pass)
{
    struct ls_comm *comm = pass->comm;
    const size_t size = (size_t)comm->size, n_all = (size_t)pass->tree->n_all_pieces;
    const size_t section = size * (comm->section / sizeof(real));
    pass->n_sections = (pass->len + section - 1) / section;
    pass->max_chunk = chunk_of(pass, 0, 0).len; /* the first parts are the longest */
    real *received = ls_comm_buffer(comm, LS_COMM_ALL, 2 * n_all * pass->max_chunk * sizeof(real));
    pass->value = ls_comm_buffer(comm, LS_COMM_VALUES, n_all * sizeof *pass->value);

    const size_t n_in = n_all, n_out = size * (size_t)pass->tree->n_pieces, n_sum = 2 * size;
    const size_t each = n_in + n_out + n_sum;
    MPI_Request *request = ls_comm_buffer(comm, LS_COMM_REQUESTS, 2 * each * sizeof *request);
    for (size_t slot = 0; slot < 2; slot++) {
        pass->received[slot] = received + slot * n_all * pass->max_chunk;
        pass->in[slot] = request + slot * each;
        pass->out[slot] = pass->in[slot] + n_in;
        pass->sum[slot] = pass->out[slot] + n_out;
    }
}

/* Sends everyone their chunks of a section and gets ready for this rank's chunk. The partners go
 * round from the next rank on, so that no rank is everyone's first. */
static void exchange(struct pass *pass, size_t section)
{
    const struct ls_comm *comm = pass->comm;
    const struct ls_tree *tree = pass->tree;
    const size_t slot = section % 2;
    const struct range mine = chunk_of(pass, section, comm->rank);
    pass->n_in[slot] = pass->n_out[slot] = 0;
    for (int step = 1; step < comm->size && mine.len > 0; step++) {
        const int from = (comm->rank + comm->size - step) % comm->size;
        for (int i = tree->rank_piece_first[from]; i < tree->rank_piece_first[from + 1]; i++)
            MPI_Irecv(pass->received[slot] + (size_t)i * pass->max_chunk,
                      (int)(mine.len * sizeof(real)), MPI_BYTE, from, TAG_PIECES, comm->world,
                      &pass->in[slot][pass->n_in[slot]++]);
    }
    for (int step = 1; step < comm->size; step++) {
        const int to = (comm->rank + step) % comm->size;
        const struct range theirs = chunk_of(pass, section, to);
        for (int i = 0; i < tree->n_pieces && theirs.len > 0; i++)
            MPI_Isend(pass->pieces[i] + theirs.begin, (int)(theirs.len * sizeof(real)), MPI_BYTE,
                      to, TAG_PIECES, comm->world, &pass->out[slot][pass->n_out[slot]++]);
    }
}

static void add(real *restrict a, const real *restrict b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        a[i] += b[i];
}

/* Adds all pieces of this rank's chunk; the root ends up in pieces[0]. */
static void add_chunk(const struct pass *pass, size_t slot, struct range chunk)
{
    const struct ls_tree *tree = pass->tree;
    const int mine = tree->rank_piece_first[tree->rank];
    for (int i = 0; i < tree->n_all_pieces; i++)
        pass->value[i] = pass->received[slot] + (size_t)i * pass->max_chunk;
    for (int i = 0; i < tree->n_pieces; i++)
        pass->value[mine + i] = pass->pieces[i] + chunk.begin;
    for (size_t begin = 0; begin < chunk.len; begin += ADD_LEN) {
        const size_t len = chunk.len - begin < ADD_LEN ? chunk.len - begin : ADD_LEN;
        for (int k = 0; k < tree->n_global; k++)
            add(pass->value[tree->global[k].dst] + begin, pass->value[tree->global[k].src] + begin,
                len);
        if (mine > 0)
            memcpy(pass->pieces[0] + chunk.begin + begin, pass->value[0] + begin,
                   len * sizeof(real));
    }
}

/* Adds this rank's chunk of a section and sends the sum to everyone. The others' sums land where
 * this rank's pieces were, once those have gone. */
static void add_and_send(struct pass *pass, size_t section)
{
    const struct ls_comm *comm = pass->comm;
    const size_t slot = section % 2;
    const struct range mine = chunk_of(pass, section, comm->rank);
    MPI_Waitall(pass->n_in[slot], pass->in[slot], MPI_STATUSES_IGNORE);
    add_chunk(pass, slot, mine);
    MPI_Waitall(pass->n_out[slot], pass->out[slot], MPI_STATUSES_IGNORE);
    pass->n_sum[slot] = 0;
    for (int step = 1; step < comm->size; step++) {
        const int from = (comm->rank + comm->size - step) % comm->size;
        const int to = (comm->rank + step) % comm->size;
        const struct range theirs = chunk_of(pass, section, from);
        if (theirs.len > 0)
            MPI_Irecv(pass->pieces[0] + theirs.begin, (int)(theirs.len * sizeof(real)), MPI_BYTE,
                      from, TAG_SUM, comm->world, &pass->sum[slot][pass->n_sum[slot]++]);
        if (mine.len > 0)
            MPI_Isend(pass->pieces[0] + mine.begin, (int)(mine.len * sizeof(real)), MPI_BYTE, to,
                      TAG_SUM, comm->world, &pass->sum[slot][pass->n_sum[slot]++]);
    }
}

static void finish(const struct pass *pass, size_t section)
{
    const size_t slot = section % 2;
    MPI_Waitall(pass->n_sum[slot], pass->sum[slot], MPI_STATUSES_IGNORE);
}

/* The vector is cut into sections, each section into one chunk per rank. A rank adds its chunk of
 * everyone's pieces in the order of the tree and sends the sum back. With three ranks of one piece
 * each, for one section (a, b, c the chunks, number = piece, S = sum):
 *
 *     rank 0   a0 b0 c0        a0 a1 a2        Sa .. ..        Sa Sb Sc
 *     rank 1   a1 b1 c1  --->  b0 b1 b2  add>  .. Sb ..  --->  Sa Sb Sc
 *     rank 2   a2 b2 c2        c0 c1 c2        .. .. Sc        Sa Sb Sc
 *
 * While a section is added, the pieces of the next one and the sums of the one before are under
 * way. No message has more than `section` bytes and a cache line, so none outgrows an int.
 *
 * Cost: per section, (pieces + 1) (size - 1) messages from each rank; in all, a rank sends
 * (pieces + 1) (size - 1) / size times the vector, and holds 2 chunks of every rank's pieces.
 * Limitations: one message to every other rank, so with many ranks latency counts; all ranks are
 * alike, on the same machine or not. */
void ls_comm_reduce_scattered(struct ls_comm *comm, const struct ls_tree *tree, real *const *pieces,
                              size_t len)
{
    if (len == 0)
        return;
    struct pass pass = {.comm = comm, .tree = tree, .pieces = pieces, .len = len};
    plan_pass(&pass);
    exchange(&pass, 0);
    for (size_t section = 0; section < pass.n_sections; section++) {
        if (section + 1 < pass.n_sections)
            exchange(&pass, section + 1);
        if (section >= 2)
            finish(&pass, section - 2);
        add_and_send(&pass, section);
    }
    if (pass.n_sections >= 2)
        finish(&pass, pass.n_sections - 2);
    finish(&pass, pass.n_sections - 1);
}
