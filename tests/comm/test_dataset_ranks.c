/* Opening a dataset on many ranks: the same samples on all, and the same error on all, whichever
 * rank met it. */
#include "tests/comm/peers.h"

#include <string.h>
#include <unistd.h>

#include "tests/io/datasets.h"

static const hsize_t chunk[4] = {3, C, H, W};

/* The folder is rank 0's, and so are its files. */
static int up(void **state)
{
    if (peers_up(state) != 0)
        return -1;
    const struct ls_peers *const peers = *state;
    const int made = peers->rank == 0 ? temp_setup(state) : 0;
    ls_broadcast(peers, temp_folder, sizeof temp_folder);
    ls_hdf5_lock();
    ls_hdf5_unlock();
    return made;
}

static int down(void **state)
{
    const struct ls_peers *const peers = *state;
    MPI_Barrier(MPI_COMM_WORLD);
    const int removed = peers->rank == 0 ? temp_teardown(state) : 0;
    return peers_down(state) || removed;
}

static const char *make_once(const struct ls_peers *peers, const char *name, const hsize_t *chunks)
{
    const char *const path =
        peers->rank == 0 ? make(name, H5T_STD_U8LE, chunks, chunks != NULL) : temp_path(name);
    MPI_Barrier(MPI_COMM_WORLD);
    return path;
}

static bool reads_all(struct ls_source *source)
{
    bool good = true;
    for (uint64_t i = 0; i < N; i++) {
        float x[ROW];
        int64_t class;
        good = good && ls_source_read_x(source, &i, 1, x) == LS_OK &&
               ls_source_read_classes(source, &i, 1, &class) == LS_OK &&
               class == (int64_t)(i * 3 % 5) - 1;
        for (size_t j = 0; good && j < ROW; j++)
            good = x[j] == (float)value(i * ROW + j);
    }
    return good;
}

static void all_ranks_read_the_same_samples_with_any_memory(void **state)
{
    const struct ls_peers *const peers = *state;
    const size_t labels = N * sizeof(int64_t);
    const size_t memory[] = {0, labels, labels + 10 * ROW, SIZE_MAX};
    for (int chunks = 0; chunks < 2; chunks++) {
        const char *const path = make_once(peers, "all.h5", chunks ? chunk : NULL);
        for (size_t m = 0; m < sizeof memory / sizeof *memory; m++) {
            struct ls_arena arena;
            struct ls_source source;
            ls_arena_init(&arena);
            assert_all_ranks(
                ls_dataset_open(&source, path, "x", "y", NULL, memory[m], peers, &arena) == LS_OK);
            assert_all_ranks(reads_all(&source));
            assert_all_ranks(source.held == (m < 3 ? labels * (m > 0) : labels + N * ROW) +
                                                (chunks && m == 2 ? 9 * ROW : 0));
            ls_source_close(&source);
            MPI_Barrier(MPI_COMM_WORLD);
            ls_arena_release(&arena);
        }
    }
}

/* Opens `theirs` on one rank and `good` on the others. */
static void expect_refusal(const struct ls_peers *peers, const char *good, const char *theirs,
                           const char *why)
{
    const int odd = peers->size - 1;
    struct ls_arena arena;
    struct ls_source source;
    ls_arena_init(&arena);
    const ls_status status = ls_dataset_open(&source, peers->rank == odd ? theirs : good, "x", "y",
                                             NULL, SIZE_MAX, peers, &arena);
    char rank[32] = "";
    if (peers->size > 1)
        (void)snprintf(rank, sizeof rank, "rank %d: ", odd);
    assert_all_ranks(status == LS_DATA);
    assert_all_ranks(strncmp(ls_message(), rank, strlen(rank)) == 0);
    assert_all_ranks(strstr(ls_message(), why) != NULL);
    assert_all_ranks(source.ops == NULL);
    ls_arena_release(&arena);
}

static void a_file_that_one_rank_lacks_is_refused_on_all(void **state)
{
    const struct ls_peers *const peers = *state;
    const char *const good = make_once(peers, "good.h5", NULL);
    expect_refusal(peers, good, temp_path("none.h5"), "none.h5: no such file");
}

static void another_file_on_one_rank_is_refused_on_all(void **state)
{
    const struct ls_peers *const peers = *state;
    const char *const good = make_once(peers, "good.h5", NULL);
    const char *const other = make_once(peers, "other.h5", chunk);
    if (peers->size > 1)
        expect_refusal(peers, good, other, "other.h5 is another file than on rank 0");
}

/* Every chunk's bytes are turned over, so that whichever part the rank reads is bad. */
static void a_chunk_that_one_rank_cannot_read_is_refused_on_all(void **state)
{
    const struct ls_peers *const peers = *state;
    const char *const good = make_once(peers, "good.h5", chunk);
    const char *const bad = temp_path("bad.h5");
    if (peers->rank == 0) {
        size_t len;
        unsigned char *const bytes = temp_read(good, &len);
        for (size_t i = 0; i + 2 < len; i++)
            if (bytes[i] == 0x78 && bytes[i + 1] == 0x5e) /* zlib's first bytes */
                bytes[i] = 0xff;
        temp_write(bad, bytes, len);
        test_free(bytes);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    expect_refusal(peers, good, bad, "of dataset x cannot be read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ranks_read_the_same_samples_with_any_memory),
        cmocka_unit_test(a_file_that_one_rank_lacks_is_refused_on_all),
        cmocka_unit_test(another_file_on_one_rank_is_refused_on_all),
        cmocka_unit_test(a_chunk_that_one_rank_cannot_read_is_refused_on_all),
    };
    return cmocka_run_group_tests(tests, up, down);
}
