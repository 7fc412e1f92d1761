#include "src/base/arena.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct ls_arena arena;
    ls_arena_init(&arena);
    unsigned char *parts[200];
    for (size_t i = 0; i < 200; i++) {
        const size_t len = i * 37 % 5000;
        parts[i] = ls_arena_get(&arena, len, 3);
        assert_non_null(parts[i]);
        assert_int_equal((uintptr_t)parts[i] % 64, 0);
        for (size_t k = 0; k < 3 * len; k++)
            assert_int_equal(parts[i][k], 0);
        memset(parts[i], (int)i, 3 * len);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t k = 0; k < 3 * (i * 37 % 5000); k++)
            assert_int_equal(parts[i][k], i);
    ls_arena_release(&arena);
    assert_null(arena.blocks);
}

static void a_size_that_overflows_is_an_error_with_a_message(void **state)
{
    (void)state;
    struct ls_arena arena;
    ls_arena_init(&arena);
    assert_null(ls_arena_get(&arena, SIZE_MAX / 2, 16));
    assert_non_null(strstr(ls_message(), "out of memory"));
    assert_null(ls_alloc(SIZE_MAX / 2, 16));
    assert_null(ls_arena_get(&arena, SIZE_MAX / 8, 4));
    ls_arena_release(&arena);
}

static void realloc_keeps_the_old_and_zeroes_the_new(void **state)
{
    (void)state;
    int *numbers = ls_alloc(3, sizeof *numbers);
    for (int i = 0; i < 3; i++)
        numbers[i] = i + 1;
    numbers = ls_realloc(numbers, 3, 1000, sizeof *numbers);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i < 3 ? i + 1 : 0);
    numbers = ls_realloc(numbers, 1000, 2, sizeof *numbers);
    assert_int_equal(numbers[1], 2);
    ls_free(numbers);
    int *fresh = ls_realloc(NULL, 0, 4, sizeof *fresh);
    assert_int_equal(fresh[3], 0);
    ls_free(fresh);
}

static void strings_are_copied_and_formatted(void **state)
{
    (void)state;
    struct ls_arena arena;
    ls_arena_init(&arena);
    char text[] = "abc";
    const char *copy = ls_arena_strdup(&arena, text);
    text[0] = 'x';
    assert_string_equal(copy, "abc");
    assert_string_equal(ls_arena_printf(&arena, "%s-%d", "bn", 12), "bn-12");
    ls_arena_release(&arena);
}

static void calls_are_counted(void **state)
{
    (void)state;
    struct ls_arena arena;
    ls_arena_init(&arena);
    const size_t before = ls_alloc_calls();
    (void)ls_arena_get(&arena, 10, 1);
    assert_int_equal(ls_alloc_calls(), before + 1);
    (void)ls_arena_get(&arena, 10, 1); /* from the same block */
    assert_int_equal(ls_alloc_calls(), before + 1);
    ls_arena_release(&arena);
}

static char order[8];

static void note(void *object)
{
    (void)strncat(order, object, sizeof order - strlen(order) - 1);
}

static void release_calls_back_the_newest_first(void **state)
{
    (void)state;
    struct ls_arena arena;
    ls_arena_init(&arena);
    order[0] = '\0';
    assert_int_equal(ls_arena_on_release(&arena, note, ls_arena_strdup(&arena, "a")), LS_OK);
    assert_int_equal(ls_arena_on_release(&arena, note, ls_arena_strdup(&arena, "b")), LS_OK);
    ls_arena_release(&arena);
    assert_string_equal(order, "ba");
    ls_arena_release(&arena);
    assert_string_equal(order, "ba");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(release_calls_back_the_newest_first),
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(a_size_that_overflows_is_an_error_with_a_message),
        cmocka_unit_test(realloc_keeps_the_old_and_zeroes_the_new),
        cmocka_unit_test(strings_are_copied_and_formatted),
        cmocka_unit_test(calls_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
