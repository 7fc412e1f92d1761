#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launch/terminal.h"

static const struct ls_progress_state middle = {.epoch = 3,
                                                .epochs = 20,
                                                .step = 64,
                                                .steps = 100,
                                                .loss = 0.412,
                                                .metric_name = "accuracy",
                                                .metric = 0.871,
                                                .samples_per_s = 3120,
                                                .left_s = 42};

static size_t columns_of(const char *text)
{
    size_t columns = 0;
    for (; *text; text++)
        columns += ((unsigned char)*text & 0xc0) != 0x80;
    return columns;
}

static void a_plain_line_has_all_numbers(void **state)
{
    (void)state;
    char text[LS_PROGRESS_TEXT];
    ls_progress_format(&middle, 140, false, text);
    assert_string_equal(text, "epoch 3/20 64% loss 0.412 accuracy 0.871 3,120 samples/s 0:42 left");
    const struct ls_progress_state bare = {.epoch = 1, .loss = (double)NAN, .left_s = -1};
    ls_progress_format(&bare, 140, false, text);
    assert_string_equal(text, "epoch 1 0%");
}

static void the_bar_fills_what_is_left_and_never_more(void **state)
{
    (void)state;
    char text[LS_PROGRESS_TEXT];
    for (size_t columns = 0; columns < 300; columns++) {
        ls_progress_format(&middle, columns, true, text);
        assert_true(columns_of(text) <= columns);
    }
    ls_progress_format(&middle, 77, true, text);
    assert_string_equal(
        text, "epoch 3/20 ━━━━━━╺─── 64% loss 0.412 accuracy 0.871 3,120 samples/s 0:42 left");
}

static void every_share_done_has_a_line_that_fits(void **state)
{
    (void)state;
    struct ls_progress_state at = middle;
    at.left_s = 1e12;
    at.samples_per_s = 1e30;
    at.epoch = at.epochs = UINT64_MAX;
    for (at.step = 0; at.step <= at.steps; at.step++) {
        char text[LS_PROGRESS_TEXT];
        ls_progress_format(&at, 120, true, text);
        assert_true(columns_of(text) <= 120);
    }
}

static void without_a_terminal_lines_come_now_and_then(void **state)
{
    (void)state;
    struct ls_progress progress;
    struct ls_progress_state at = middle;
    FILE *file = tmpfile();
    assert_non_null(file);
    ls_progress_init(&progress, file);
    assert_false(progress.is_terminal);
    for (at.step = 1; at.step <= at.steps; at.step++)
        ls_progress_update(&progress, &at);
    ls_progress_finish(&progress);
    rewind(file);
    char line[LS_PROGRESS_TEXT];
    size_t lines = 0;
    while (fgets(line, sizeof line, file))
        lines++;
    assert_int_equal(lines, 1); /* the first update; the rest came within 10 s */
    assert_non_null(strstr(line, "epoch 3/20 "));
    (void)fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_line_has_all_numbers),
        cmocka_unit_test(the_bar_fills_what_is_left_and_never_more),
        cmocka_unit_test(every_share_done_has_a_line_that_fits),
        cmocka_unit_test(without_a_terminal_lines_come_now_and_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
