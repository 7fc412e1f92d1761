/* What is common to all checks. */
#include "tests/src/check/facts.h"

static void many_warnings_of_one_check_are_counted(void **state)
{
    (void)state;
    const char *const text = find_on_features("- dense: 8\n- dense: 8\n- dense: 8\n- dense: 8\n"
                                              "- dense: 8\n- dense: 8\n- dense: 3\n");
    size_t lines = 0;
    for (const char *at = strchr(text, '\n'); at; at = strchr(at + 1, '\n'))
        lines++;
    assert_int_equal(lines, 4);
    assert_non_null(strstr(text, "linear: and 3 more like these\n"));
}

static void every_check_has_a_name_of_its_own_and_a_remedy(void **state)
{
    (void)state;
    for (size_t i = 0; ls_checks[i]; i++) {
        assert_true(ls_checks[i]->name[0] != '\0' && strlen(ls_checks[i]->remedy) > 10);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(ls_checks[i]->name, ls_checks[j]->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_warnings_of_one_check_are_counted),
        cmocka_unit_test(every_check_has_a_name_of_its_own_and_a_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
