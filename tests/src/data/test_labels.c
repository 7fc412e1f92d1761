#include "tests/bench.h"

#include "src/data/labels.h"
#include "src/data/subset.h"

static const struct ls_shape one = {1, 1, 1, 1};

static void counts_grow_with_the_largest_label(void **state)
{
    (void)state;
    struct ls_arena arena;
    struct memory m;
    struct ls_class_counts counts;
    ls_arena_init(&arena);
    memory_init(&m, 10000, one, 5, 0, &arena);
    m.classes[3] = 15;
    m.classes[4] = 16;
    m.classes[9999] = 1000;
    assert_int_equal(ls_class_counts(&m.source, NULL, 0, &counts, &arena), LS_OK);
    assert_int_equal(counts.len, 1001);
    uint64_t total = 0;
    for (size_t c = 0; c < counts.len; c++)
        total += counts.n[c];
    assert_int_equal(total, 10000);
    assert_int_equal(counts.n[0], 2000);
    assert_int_equal(counts.n[15], 1);
    assert_int_equal(counts.n[16], 1);
    assert_int_equal(counts.n[1000], 1);
    ls_arena_release(&arena);
}

static void a_label_out_of_range_is_named_with_its_sample(void **state)
{
    (void)state;
    struct ls_arena arena;
    struct memory m;
    struct ls_class_counts counts;
    ls_arena_init(&arena);
    memory_init(&m, 6000, one, 5, 0, &arena);
    assert_int_equal(ls_class_counts(&m.source, NULL, 5, &counts, &arena), LS_OK);
    assert_int_equal(counts.len, 5);
    m.classes[5000] = 5;
    assert_int_equal(ls_class_counts(&m.source, NULL, 5, &counts, &arena), LS_DATA);
    assert_string_equal(ls_message(), "memory: the label of sample 5000 is 5, expected 0 to 4");
    m.classes[4999] = -1;
    assert_int_equal(ls_class_counts(&m.source, NULL, 0, &counts, &arena), LS_DATA);
    assert_string_equal(ls_message(),
                        "memory: the label of sample 4999 is -1, expected 0 to 1048575");
    ls_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_grow_with_the_largest_label),
        cmocka_unit_test(a_label_out_of_range_is_named_with_its_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
