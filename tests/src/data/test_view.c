#include "src/data/view.h"

#include "tests/bench.h"

enum { N = 3000, K = 3, SOME = 2100 };

static void a_view_reads_the_samples_it_names(void **state)
{
    (void)state;
    struct ls_arena arena;
    struct memory memory;
    struct ls_view view;
    static uint64_t numbers[SOME], ask[SOME];
    static float x[2 * SOME];
    static int64_t classes[SOME];
    ls_arena_init(&arena);
    memory_init(&memory, N, (struct ls_shape){1, 2, 1, 1}, K, 0, &arena);
    for (uint64_t i = 0; i < SOME; i++) {
        numbers[i] = (i * 1013 + 5) % N;
        ask[i] = SOME - 1 - i;
    }
    assert_int_equal(ls_view_init(&view, &memory.source, numbers, SOME, &arena), LS_OK);
    assert_int_equal(view.source.len, SOME);
    assert_int_equal(ls_source_read_x(&view.source, ask, SOME, x), LS_OK);
    assert_int_equal(ls_source_read_classes(&view.source, ask, SOME, classes), LS_OK);
    for (uint64_t i = 0; i < SOME; i++) {
        const uint64_t number = numbers[ask[i]];
        assert_true(x[2 * i] == memory.x[2 * number] && x[2 * i + 1] == memory.x[2 * number + 1]);
        assert_int_equal(classes[i], memory.classes[number]);
    }
    memory.bad = (int64_t)numbers[7];
    assert_int_equal(ls_source_read_x(&view.source, ask, SOME, x), LS_DATA);
    ls_source_close(&view.source);
    ls_arena_release(&arena);
}

static void a_view_reads_values_too(void **state)
{
    (void)state;
    struct ls_arena arena;
    struct memory memory;
    struct ls_view view;
    const uint64_t numbers[] = {9, 2}, ask[] = {1, 0, 1};
    float values[3 * 2];
    ls_arena_init(&arena);
    memory_init(&memory, 10, (struct ls_shape){1, 2, 1, 1}, 0, 2, &arena);
    assert_int_equal(ls_view_init(&view, &memory.source, numbers, 2, &arena), LS_OK);
    assert_int_equal(ls_source_read_values(&view.source, ask, 3, values), LS_OK);
    for (size_t i = 0; i < 3; i++)
        assert_memory_equal(&values[2 * i], &memory.values[2 * numbers[ask[i]]], 2 * sizeof(float));
    ls_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_reads_the_samples_it_names),
        cmocka_unit_test(a_view_reads_values_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
