#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/dims.h"

static void shapes_are_written_as_in_files(void **state)
{
    (void)state;
    char text[LS_SHAPE_TEXT];
    assert_string_equal(ls_shape_text((struct ls_shape){1, 7, 1, 1}, text), "(7)");
    assert_string_equal(ls_shape_text((struct ls_shape){2, 3, 1, 9}, text), "(3, 9)");
    assert_string_equal(ls_shape_text((struct ls_shape){3, 3, 1, 9}, text), "(3, 1, 9)");
    const size_t most = SIZE_MAX;
    assert_string_equal(ls_shape_text((struct ls_shape){3, most, most, most}, text),
                        "(18446744073709551615, 18446744073709551615, 18446744073709551615)");
}

static void shapes_of_other_axes_are_not_equal(void **state)
{
    (void)state;
    const struct ls_shape features = {1, 6, 1, 1}, signal = {2, 6, 1, 1}, image = {3, 2, 3, 4};
    assert_true(ls_shape_equal(features, features));
    assert_false(ls_shape_equal(features, signal));
    assert_int_equal(ls_shape_len(image), 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_written_as_in_files),
        cmocka_unit_test(shapes_of_other_axes_are_not_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
