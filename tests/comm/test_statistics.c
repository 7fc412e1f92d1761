/* Statistics of the data, and the scan, shared out over the ranks. */
#include "tests/comm/peers.h"

#include <math.h>
#include <string.h>

#include "src/data/scan.h"
#include "src/data/statistics.h"
#include "tests/memory.h"

enum { N = 103, C = 3, AREA = 10 };

static struct ls_arena arena;
static struct memory memory;

static int up(void **state)
{
    ls_arena_init(&arena);
    return peers_up(state);
}

static int down(void **state)
{
    ls_arena_release(&arena);
    return peers_down(state);
}

/* Channel 0 far from 0, channel 2 constant. */
static void fill(void)
{
    memory_init(&memory, N, (struct ls_shape){3, C, 2, 5}, 2, 0, &arena);
    for (size_t i = 0; i < N * C * AREA; i++) {
        if (i / AREA % C == 0)
            memory.x[i] = 1000 + 0.01f * memory.x[i];
        if (i / AREA % C == 2)
            memory.x[i] = 0.1f;
    }
}

static ls_status measure(const struct ls_peers *peers, const struct ls_subset *subset, float *both)
{
    struct ls_tree tree;
    if (ls_tree_plan(&tree, 13, peers->size, peers->rank, 1, &arena) != LS_OK)
        return LS_OTHER;
    return ls_statistics(&memory.source, subset, &tree, peers, both, both + C);
}

static void statistics_are_those_of_two_direct_passes(void **state)
{
    fill();
    struct ls_subset kept, held_out;
    assert_int_equal(ls_subset_split(&memory.source, 0.3, 1, &kept, &held_out, &arena), LS_OK);
    float both[2 * C];
    bool good = measure(*state, &kept, both) == LS_OK;
    for (size_t c = 0; c < C; c++) {
        double sum = 0, squares = 0;
        for (int pass = 0; pass < 2; pass++)
            for (uint64_t s = 0; s < kept.len; s++)
                for (size_t i = 0; i < AREA; i++) {
                    const float x = memory.x[(ls_subset_sample(&kept, s) * C + c) * AREA + i];
                    const double n = (double)kept.len * AREA, d = (double)x - sum / n;
                    if (pass == 0)
                        sum += (double)x;
                    else
                        squares += d * d;
                }
        const double n = (double)kept.len * AREA, std = sqrt(squares / n);
        good = good && fabs((double)both[c] - sum / n) <= 1e-7 * fabs(sum / n) + 1e-9;
        good = good && fabs((double)both[C + c] - (c == 2 ? 1 : std)) <= 1e-6 * std;
    }
    assert_all_ranks(good);
}

static void statistics_have_the_same_bits_on_any_number_of_ranks(void **state)
{
    fill();
    const struct ls_subset all = ls_subset_all(N);
    const struct ls_peers alone = ls_peers_alone();
    float here[2 * C], one[2 * C];
    bool good = measure(*state, &all, here) == LS_OK;
    good = measure(&alone, &all, one) == LS_OK && good;
    assert_all_ranks(good && memcmp(here, one, sizeof here) == 0);
}

static void fewer_samples_than_shards_are_enough(void **state)
{
    memory_init(&memory, 2, (struct ls_shape){1, C, 1, 1}, 2, 0, &arena);
    const float x[] = {1, 2, 3, 5, 2, -3};
    memcpy(memory.x, x, sizeof x);
    const struct ls_subset all = ls_subset_all(2);
    float both[2 * C];
    const float expected[] = {3, 2, 0, 2, 1, 3};
    const bool good = measure(*state, &all, both) == LS_OK;
    assert_all_ranks(good && memcmp(both, expected, sizeof both) == 0);
}

static void a_channel_whose_deviation_is_no_float_counts_as_constant(void **state)
{
    memory_init(&memory, 2, (struct ls_shape){1, C, 1, 1}, 2, 0, &arena);
    const float x[] = {0, 0, 0, 1.4e-45f, 0, 0};
    memcpy(memory.x, x, sizeof x);
    const struct ls_subset all = ls_subset_all(2);
    float both[2 * C];
    const bool good = measure(*state, &all, both) == LS_OK;
    assert_all_ranks(good && both[C] == 1.0f);
}

static struct ls_scan scan;

static ls_status scan_all(const struct ls_peers *peers, bool values)
{
    return ls_scan(&memory.source, values, peers, &scan, &arena);
}

/* True when all ranks fail alike with these words. */
static bool fails(const struct ls_peers *peers, ls_status status, const char *words)
{
    bool good = status == LS_DATA && strstr(ls_message(), words);
    char first[LS_MESSAGE_LEN];
    (void)snprintf(first, sizeof first, "%s", ls_message());
    ls_broadcast(peers, first, sizeof first);
    good = good && strcmp(first, ls_message()) == 0;
    if (!good)
        print_error("status %d: %s\n", (int)status, ls_message());
    return good;
}

static void a_value_that_is_not_finite_is_told_on_all_ranks(void **state)
{
    const struct ls_peers *const peers = *state;
    const struct ls_subset all = ls_subset_all(N);
    float both[2 * C];
    fill();
    memory.x[(100 * C + 1) * AREA + 3] = NAN;
    assert_all_ranks(fails(peers, measure(peers, &all, both),
                           "memory: sample 100 has a value that is not finite in channel 1"));
    assert_all_ranks(fails(peers, scan_all(peers, false),
                           "memory: x of sample 100 has a value that is not finite (nan)"));
}

static void a_sample_that_cannot_be_read_is_told_on_all_ranks(void **state)
{
    const struct ls_peers *const peers = *state;
    const struct ls_subset all = ls_subset_all(N);
    float both[2 * C];
    fill();
    memory.bad = 102;
    assert_all_ranks(fails(peers, measure(peers, &all, both), "memory: cannot read sample 102"));
    assert_all_ranks(fails(peers, scan_all(peers, false), "memory: cannot read sample 102"));
}

static void scan_reads_every_sample_and_its_values(void **state)
{
    const struct ls_peers *const peers = *state;
    bool good = true;
    for (size_t sample = 0; sample < N; sample += 17) {
        memory_init(&memory, N, (struct ls_shape){1, C, 1, 1}, 0, 5, &arena);
        good = scan_all(peers, true) == LS_OK && good;
        memory.values[sample * 5 + 4] = -INFINITY;
        good = scan_all(peers, false) == LS_OK && good;
        char words[80];
        (void)snprintf(words, sizeof words,
                       "memory: y of sample %zu has a value that is not finite (-inf)", sample);
        good = fails(peers, scan_all(peers, true), words) && good;
    }
    assert_all_ranks(good);
}

static void scan_finds_the_least_and_the_most_of_channels_and_labels(void **state)
{
    memory_init(&memory, N, (struct ls_shape){3, C, 2, 3}, 0, 2, &arena);
    for (size_t i = 0; i < N; i++)
        memory.values[2 * i] = 0.25f;
    memory.values[2 * (N - 1) + 1] = 7;
    memory.x[(N - 2) * C * 6] = -5;      /* the first pixel of channel 0 */
    memory.x[3 * C * 6 + C * 6 - 1] = 9; /* the last of the last channel */
    bool good = scan_all(*state, true) == LS_OK && scan.x.len == C && scan.y.len == 2;
    for (size_t c = 0; good && c < C; c++) {
        float least = INFINITY, most = -INFINITY;
        for (size_t i = 0; i < N; i++)
            for (size_t e = 0; e < 6; e++) {
                least = fminf(least, memory.x[(i * C + c) * 6 + e]);
                most = fmaxf(most, memory.x[(i * C + c) * 6 + e]);
            }
        good = scan.x.least[c] == least && scan.x.most[c] == most;
    }
    good = good && scan.x.least[0] == -5 && scan.x.most[C - 1] == 9;
    good = good && scan.y.least[0] == 0.25f && scan.y.most[0] == 0.25f && scan.y.most[1] == 7;
    assert_all_ranks(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics_are_those_of_two_direct_passes),
        cmocka_unit_test(statistics_have_the_same_bits_on_any_number_of_ranks),
        cmocka_unit_test(fewer_samples_than_shards_are_enough),
        cmocka_unit_test(a_channel_whose_deviation_is_no_float_counts_as_constant),
        cmocka_unit_test(a_value_that_is_not_finite_is_told_on_all_ranks),
        cmocka_unit_test(a_sample_that_cannot_be_read_is_told_on_all_ranks),
        cmocka_unit_test(scan_reads_every_sample_and_its_values),
        cmocka_unit_test(scan_finds_the_least_and_the_most_of_channels_and_labels),
    };
    return cmocka_run_group_tests(tests, up, down);
}
