#include "src/base/status.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void fail_sets_the_message_and_returns_the_status(void **state)
{
    (void)state;
    assert_int_equal(ls_fail(LS_DATA, "x has %d axes", 5), LS_DATA);
    assert_string_equal(ls_message(), "x has 5 axes");
}

static void within_puts_the_context_before_the_message(void **state)
{
    (void)state;
    (void)ls_fail(LS_USAGE, "kernel 7 is too large");
    assert_int_equal(ls_within(LS_USAGE, "layer %s", "conv1"), LS_USAGE);
    assert_string_equal(ls_message(), "layer conv1: kernel 7 is too large");
    assert_int_equal(ls_within(LS_OK, "never seen"), LS_OK);
    assert_string_equal(ls_message(), "layer conv1: kernel 7 is too large");
}

static void within_does_not_repeat_a_context(void **state)
{
    (void)state;
    (void)ls_fail(LS_USAGE, "job.yaml:3:5: conv1: kernel 7 is too large");
    (void)ls_within(LS_USAGE, "job.yaml");
    assert_string_equal(ls_message(), "job.yaml:3:5: conv1: kernel 7 is too large");
}

static void a_message_may_quote_the_one_before(void **state)
{
    (void)state;
    (void)ls_fail(LS_OTHER, "disk full");
    (void)ls_fail(LS_OTHER, "cannot save: %s", ls_message());
    assert_string_equal(ls_message(), "cannot save: disk full");
}

static void a_message_too_long_is_cut_and_ends_with_dots(void **state)
{
    (void)state;
    char longest[LS_MESSAGE_LEN];
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    (void)ls_fail(LS_OTHER, "%s", longest);
    (void)ls_within(LS_OTHER, "here");
    assert_int_equal(strlen(ls_message()), LS_MESSAGE_LEN - 1);
    assert_memory_equal(ls_message(), "here: aaa", 9);
    assert_string_equal(ls_message() + LS_MESSAGE_LEN - 4, "...");
}

static ls_status inner(void)
{
    return ls_fail(LS_DATA, "bad byte");
}

static ls_status middle(void)
{
    LS_TRY(inner());
    return LS_OK;
}

static ls_status outer(int *cleaned)
{
    ls_status status = LS_OK;
    LS_TRY_OUT(middle());
out:
    (*cleaned)++;
    return status;
}

static void try_passes_a_failure_up_and_notes_its_places(void **state)
{
    (void)state;
    int cleaned = 0;
    assert_int_equal(outer(&cleaned), LS_DATA);
    assert_int_equal(cleaned, 1);
    const char *first = strstr(ls_trace(), "test_status.c:");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, "test_status.c:"));
    (void)ls_fail(LS_OTHER, "another");
    assert_string_equal(ls_trace(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fail_sets_the_message_and_returns_the_status),
        cmocka_unit_test(within_puts_the_context_before_the_message),
        cmocka_unit_test(within_does_not_repeat_a_context),
        cmocka_unit_test(a_message_may_quote_the_one_before),
        cmocka_unit_test(a_message_too_long_is_cut_and_ends_with_dots),
        cmocka_unit_test(try_passes_a_failure_up_and_notes_its_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
