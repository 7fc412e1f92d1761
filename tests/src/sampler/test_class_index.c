#include "tests/bench.h"

#include <string.h>

#include "src/base/philox.h"
#include "src/sampler/class_index.h"

static struct ls_arena arena;

static int up(void **state)
{
    (void)state;
    ls_arena_init(&arena);
    return 0;
}

static int down(void **state)
{
    (void)state;
    ls_arena_release(&arena);
    return 0;
}

static struct ls_classes build(struct memory *memory, const struct ls_subset *subset, size_t *bytes)
{
    const struct ls_peers alone = ls_peers_alone();
    struct ls_classes classes;
    if (ls_class_index(&classes, &memory->source, ls_source_read_classes, subset, &alone, &arena,
                       bytes) != LS_OK)
        fail_msg("%s", ls_message());
    return classes;
}

/* Every sample of the subset stands at its place in its class. */
static void expect_index(struct memory *memory, const struct ls_subset *subset)
{
    size_t bytes = 0;
    const struct ls_classes classes = build(memory, subset, &bytes);
    uint64_t *const seen = ls_arena_get(&arena, classes.len, sizeof *seen);
    for (uint64_t i = 0; i < subset->len; i++) {
        const uint64_t sample = ls_subset_sample(subset, i);
        const size_t c = (size_t)memory->classes[sample];
        assert_true(c < classes.len);
        assert_int_equal(ls_classes_sample(&classes, c, seen[c]++), sample);
    }
    for (size_t c = 0; c < classes.len; c++)
        assert_int_equal(classes.n[c], seen[c]);
}

static void make(struct memory *memory, uint64_t len)
{
    memory_init(memory, len, (struct ls_shape){1, 1, 1, 1}, 1, 0, &arena);
}

static void every_sample_is_found_whatever_the_shares_of_the_classes(void **state)
{
    (void)state;
    static const uint64_t lens[] = {1, 2, 63, 64, 65, 513, 20000};
    for (size_t l = 0; l < sizeof lens / sizeof *lens; l++)
        for (uint32_t k = 1; k <= 300; k = 3 * k + 1) {
            struct memory memory;
            const struct ls_subset all = ls_subset_all(lens[l]);
            make(&memory, lens[l]);
            for (uint64_t i = 0; i < lens[l]; i++) {
                const struct ls_draw draw = ls_philox(k, 1, i);
                memory.classes[i] = draw.word[0] % 8 ? draw.word[1] % k % 3 : draw.word[1] % k;
            }
            expect_index(&memory, &all);
        }
}

static void classes_in_runs_and_far_between_are_found(void **state)
{
    (void)state;
    struct memory memory;
    const struct ls_subset all = ls_subset_all(100000);
    make(&memory, 100000);
    for (uint64_t i = 0; i < 100000; i++)
        memory.classes[i] = i < 40000 ? 0 : i < 40003 ? 7 : i == 99999 ? 2 : i < 90000 ? 5 : 1;
    expect_index(&memory, &all);
}

static void the_kept_part_alone_is_indexed(void **state)
{
    (void)state;
    struct memory memory;
    struct ls_subset kept, held_out;
    make(&memory, 5000);
    for (uint64_t i = 0; i < 5000; i++)
        memory.classes[i] = i % 97 == 0 ? 2 : i % 2;
    assert_int_equal(ls_subset_split(&memory.source, 0.3, 1, &kept, &held_out, &arena), LS_OK);
    expect_index(&memory, &kept);
    expect_index(&memory, &held_out);
}

static void it_takes_two_bits_a_sample_and_the_entropy_of_the_classes(void **state)
{
    (void)state;
    struct memory memory;
    size_t bytes = 0;
    const uint64_t len = 200000;
    const struct ls_subset all = ls_subset_all(len);
    make(&memory, len);
    for (uint64_t i = 0; i < len; i++)
        memory.classes[i] = ls_philox(1, 1, i).word[0] % 8;
    (void)build(&memory, &all, &bytes);
    assert_in_range(bytes, len * 5 / 8, len * 56 / 80); /* 2 + 3 bits */
    for (uint64_t i = 0; i < len; i++)
        memory.classes[i] = i % 100 == 0; /* 0.08 bits */
    (void)build(&memory, &all, &bytes);
    assert_in_range(bytes, len * 16 / 80, len * 24 / 80);
}

static void a_number_that_is_no_class_is_refused(void **state)
{
    (void)state;
    struct memory memory;
    struct ls_classes classes;
    size_t bytes = 0;
    const struct ls_peers alone = ls_peers_alone();
    const struct ls_subset all = ls_subset_all(100);
    make(&memory, 100);
    memory.classes[71] = -1;
    assert_int_equal(ls_class_index(&classes, &memory.source, ls_source_read_classes, &all, &alone,
                                    &arena, &bytes),
                     LS_DATA);
    assert_non_null(strstr(ls_message(), "sample 71 is -1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_is_found_whatever_the_shares_of_the_classes),
        cmocka_unit_test(classes_in_runs_and_far_between_are_found),
        cmocka_unit_test(the_kept_part_alone_is_indexed),
        cmocka_unit_test(it_takes_two_bits_a_sample_and_the_entropy_of_the_classes),
        cmocka_unit_test(a_number_that_is_no_class_is_refused),
    };
    return cmocka_run_group_tests(tests, up, down);
}
