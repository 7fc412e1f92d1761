#include "tests/comm/peers.h"

#include <math.h>
#include <string.h>

#include "src/hard/recall.h"

enum { N = 1003, ROWS = 64, STEPS = 40 };

/* The losses of all samples, on every rank, by pieces of a length that no rank's part has. */
static void read_all(const struct ls_recall *recall, float *all)
{
    for (uint64_t at = 0; at < N; at += 50)
        ls_recall_read(recall, at, N - at < 50 ? (size_t)(N - at) : 50, all + at);
}

static void make_rows(uint64_t step, struct ls_recall_row *rows)
{
    for (uint64_t i = 0; i < ROWS; i++)
        rows[i] = (struct ls_recall_row){(step * 977 + i * i * 31) % N,
                                         (float)((step * 7 + i) % 101) / 8};
    rows[3] = (struct ls_recall_row){rows[2].sample, 77}; /* twice in a batch */
    rows[9].loss = step % 2 ? NAN : INFINITY;
}

/* Against one list of all samples, row after row. */
static bool remembers(const struct ls_peers *peers, double mean)
{
    struct ls_arena arena;
    struct ls_recall recall;
    ls_arena_init(&arena);
    bool good = ls_recall_init(&recall, peers, N, mean, &arena) == LS_OK;
    good = recall.last - recall.first <= (uint64_t)N / (uint64_t)peers->size + 1 && good;
    static float expected[N], all[N + 1];
    for (size_t i = 0; i < N; i++)
        expected[i] = NAN;
    for (uint64_t step = 0; step < STEPS; step++) {
        struct ls_recall_row rows[ROWS];
        make_rows(step, rows);
        ls_recall_add(&recall, rows, ROWS);
        for (size_t i = 0; i < ROWS; i++) {
            float *const loss = &expected[rows[i].sample];
            if (!isfinite(rows[i].loss))
                continue;
            *loss = isnan(*loss) || mean == 0
                        ? rows[i].loss
                        : (float)(mean * (double)*loss + (1 - mean) * (double)rows[i].loss);
        }
    }
    read_all(&recall, all);
    good = memcmp(all, expected, sizeof expected) == 0 && good;
    size_t seen = 0;
    for (size_t i = 0; i < N; i++)
        seen += isnan(all[i]) ? 0 : 1;
    ls_arena_release(&arena);
    return good && seen > N / 2 && seen < N;
}

static void the_last_loss_of_every_sample_is_remembered_by_some_rank(void **state)
{
    assert_all_ranks(remembers(*state, 0));
}

static void an_exponential_mean_begins_with_the_first_loss(void **state)
{
    assert_all_ranks(remembers(*state, 0.9));
}

static void what_is_written_back_is_what_was_read(void **state)
{
    const struct ls_peers *const peers = *state;
    struct ls_arena arena;
    struct ls_recall a, b;
    ls_arena_init(&arena);
    bool good = ls_recall_init(&a, peers, N, 0, &arena) == LS_OK;
    good = ls_recall_init(&b, peers, N, 0, &arena) == LS_OK && good;
    struct ls_recall_row rows[ROWS];
    make_rows(1, rows);
    ls_recall_add(&a, rows, ROWS);
    static float from[N], to[N];
    read_all(&a, from);
    for (uint64_t at = 0; at < N; at += 300)
        ls_recall_write(&b, at, N - at < 300 ? (size_t)(N - at) : 300, from + at);
    read_all(&b, to);
    good = memcmp(from, to, sizeof from) == 0 && good;
    ls_arena_release(&arena);
    assert_all_ranks(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_loss_of_every_sample_is_remembered_by_some_rank),
        cmocka_unit_test(an_exponential_mean_begins_with_the_first_loss),
        cmocka_unit_test(what_is_written_back_is_what_was_read),
    };
    return cmocka_run_group_tests(tests, peers_up, peers_down);
}
