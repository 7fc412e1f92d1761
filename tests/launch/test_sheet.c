#include "launch/sheet.h"

#include "launch/import/image.h"
#include "tests/io/temp.h"

enum { H = 4, W = 6, AREA = H * W, TIMES = 11, GAP = 6, MOST = 1 << 20 };

static unsigned char pixels[MOST];
static struct ls_image image;

static const unsigned char *at(size_t x, size_t y)
{
    return image.pixels + (y * image.width + x) * image.channels;
}

static void write_and_read(struct ls_shape shape, const struct ls_sheet_picture *pictures, size_t n)
{
    assert_int_equal(ls_sheet_write(temp_path("s.png"), shape, pictures, n), LS_OK);
    image = (struct ls_image){.pixels = pixels};
    assert_int_equal(ls_image_read(temp_path("s.png"), MOST, &image), LS_OK);
    assert_int_equal(image.channels, 3);
}

static void pictures_are_magnified_and_as_bright_as_their_values(void **state)
{
    (void)state;
    float x[AREA] = {0};
    x[0] = 255;
    x[W + 1] = 51;
    const struct ls_sheet_picture picture = {.x = x};
    write_and_read((struct ls_shape){3, 1, H, W}, &picture, 1);
    assert_int_equal(*at(GAP, GAP), 255);
    assert_int_equal(*at(GAP + TIMES - 1, GAP + TIMES - 1), 255);
    assert_int_equal(*at(GAP + TIMES, GAP), 0);
    assert_int_equal(*at(GAP + TIMES, GAP + TIMES), 51);
    assert_int_equal(image.width, W * TIMES + 2 * GAP);
}

static void colours_and_other_ranges_are_shown(void **state)
{
    (void)state;
    float x[3 * AREA];
    for (size_t i = 0; i < (size_t)3 * AREA; i++)
        x[i] = -2.0F;
    x[2 * AREA] = 3.0F; /* blue of the first pixel */
    x[0] = 0.5F;        /* red of it */
    const struct ls_sheet_picture picture = {.x = x};
    write_and_read((struct ls_shape){3, 3, H, W}, &picture, 1);
    const unsigned char *const first = at(GAP, GAP);
    assert_int_equal(first[0], 128);
    assert_int_equal(first[1], 0);
    assert_int_equal(first[2], 255);
}

/* Dark pixels of a stretch below the picture. */
static size_t ink(size_t left, size_t right)
{
    size_t dark = 0;
    for (size_t y = GAP + H * TIMES; y < image.height; y++)
        for (size_t column = left; column < right && column < image.width; column++)
            dark += at(column, y)[1] < 100;
    return dark;
}

static void text_stands_below_and_rows_are_broken_after_ten(void **state)
{
    (void)state;
    static float x[12 * AREA];
    struct ls_sheet_picture pictures[12] = {0};
    for (size_t i = 0; i < 12; i++)
        pictures[i].x = x + i * AREA;
    (void)snprintf(pictures[1].text[0], LS_SHEET_TEXT, "#8");
    write_and_read((struct ls_shape){3, 1, H, W}, pictures, 2);
    const size_t cell = W * TIMES + GAP;
    assert_int_equal(ink(GAP, GAP + cell), 0);
    assert_in_range(ink(GAP + cell, GAP + 2 * cell), 25, 40); /* 15 pixels of #, 17 of 8 */
    const size_t height = image.height;
    write_and_read((struct ls_shape){3, 1, H, W}, pictures, 12);
    assert_int_equal(image.width, GAP + 10 * cell);
    assert_int_equal(image.height - GAP, 2 * (height - GAP));
}

static void a_file_that_cannot_be_written_is_an_error(void **state)
{
    (void)state;
    const float x[AREA] = {0};
    const struct ls_sheet_picture picture = {.x = x};
    const struct ls_shape shape = {3, 1, H, W};
    assert_int_equal(ls_sheet_write(temp_path("no/s.png"), shape, &picture, 1), LS_DATA);
    assert_non_null(strstr(ls_message(), "no/s.png"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_magnified_and_as_bright_as_their_values),
        cmocka_unit_test(colours_and_other_ranges_are_shown),
        cmocka_unit_test(text_stands_below_and_rows_are_broken_after_ten),
        cmocka_unit_test(a_file_that_cannot_be_written_is_an_error),
    };
    return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
