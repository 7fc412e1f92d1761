#include "tests/launch/importing.h"

#include <jpeglib.h>
#include <png.h>
#include <zlib.h>

#include "launch/import/image.h"

enum { GRAY = PNG_FORMAT_GRAY, RGB = PNG_FORMAT_RGB };

static int start(void **state)
{
    (void)state;
    const char *const names[] = {"d", "d/cat", "d/dog"};
    (void)nftw("d", import_remove, 16, FTW_DEPTH | FTW_PHYS);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(mkdir(names[i], 0777), 0);
    return 0;
}

static void put_png(const char *path, unsigned format, unsigned height, unsigned width,
                    const void *pixels, const void *colours)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .height = height,
                       .width = width,
                       .format = format,
                       .colormap_entries = colours ? 2 : 0};
    assert_true(png_image_write_to_file(&image, path, 0, pixels, 0, colours));
}

static void put_jpeg(const char *path, J_COLOR_SPACE space, int channels, unsigned height,
                     unsigned width, uint8_t *pixels)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_height = height;
    jpeg.image_width = width;
    jpeg.input_components = channels;
    jpeg.in_color_space = space;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 100, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    for (unsigned row = 0; row < height; row++) {
        JSAMPROW at = pixels + row * width * (unsigned)channels;
        assert_int_equal(jpeg_write_scanlines(&jpeg, &at, 1), 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    assert_int_equal(fclose(file), 0);
}

/* Bytes of a file, into `bytes`. */
static size_t slurp(const char *path, unsigned char *bytes, size_t capacity)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t len = fread(bytes, 1, capacity, file);
    assert_true(len > 0 && len < capacity);
    assert_int_equal(fclose(file), 0);
    return len;
}

static void folders_are_classes_and_names_give_the_order(void **state)
{
    (void)state;
    put_png("d/dog/1.PNG", GRAY, 1, 2, (uint8_t[]){1, 2}, NULL);
    put_png("d/dog/0.png", GRAY, 1, 2, (uint8_t[]){3, 4}, NULL);
    put_png("d/cat/x.Jpeg", GRAY, 1, 2, (uint8_t[]){255, 0}, NULL); /* PNG under another name */
    PUT("d/cat/.hidden.png", "no picture");
    PUT("d/cat/Thumbs.db", "no picture");
    PUT("d/readme.txt", "no picture");
    assert_int_equal(mkdir("d/.git", 0777), 0);
    assert_int_equal(import("images d"), LS_OK);
    holds((struct ls_shape){3, 1, 1, 2}, 3, (const float[]){255, 0, 3, 4, 1, 2},
          (const int64_t[]){0, 1, 1}, NULL, "cat dog ");
}

static void one_colour_picture_gives_all_three_channels(void **state)
{
    (void)state;
    uint8_t flat[64 * 3];
    memset(flat, 100, sizeof flat);
    put_png("d/cat/a.png", GRAY, 1, 2, (uint8_t[]){7, 8}, NULL);
    put_png("d/dog/b.png", RGB, 1, 2, (uint8_t[]){10, 20, 30, 200, 0, 255}, NULL);
    put_jpeg("d/dog/c.jpg", JCS_RGB, 3, 1, 2, flat);
    assert_int_equal(import("images d"), LS_OK);
    const float colour[] = {7, 8,  7,   8,   7,   8,   10,  200, 20,
                            0, 30, 255, 100, 100, 100, 100, 100, 100};
    holds((struct ls_shape){3, 3, 1, 2}, 3, colour, (const int64_t[]){0, 1, 1}, NULL, "cat dog ");
    assert_int_equal(import("images d --channels 1"), LS_OK);
    /* (19595 R + 38470 G + 7471 B) / 65536 */
    holds((struct ls_shape){3, 1, 1, 2}, 3, (const float[]){7, 8, 18, 89, 100, 100},
          (const int64_t[]){0, 1, 1}, NULL, "cat dog ");
}

static void every_kind_of_png_keeps_its_stored_values(void **state)
{
    (void)state;
    put_png("d/cat/alpha.png", PNG_FORMAT_GA, 1, 2, (uint8_t[]){9, 0, 200, 128}, NULL);
    put_png("d/cat/deep.png", PNG_FORMAT_LINEAR_Y, 1, 2, (uint16_t[]){25700, 257}, NULL);
    put_png("d/dog/gray.png", GRAY, 1, 2, (uint8_t[]){255, 1}, NULL);
    assert_int_equal(import("images d"), LS_OK);
    holds((struct ls_shape){3, 1, 1, 2}, 3, (const float[]){9, 200, 100, 1, 255, 1},
          (const int64_t[]){0, 0, 1}, NULL, "cat dog ");
    put_png("d/cat/alpha.png", PNG_FORMAT_RGBA, 1, 2, (uint8_t[]){1, 2, 3, 0, 4, 5, 6, 9}, NULL);
    put_png("d/cat/deep.png", PNG_FORMAT_RGB_COLORMAP, 1, 2, (uint8_t[]){1, 0},
            (uint8_t[]){10, 20, 30, 40, 50, 60});
    assert_int_equal(import("images d"), LS_OK);
    const float colour[] = {1, 4, 2, 5, 3, 6, 40, 10, 50, 20, 60, 30, 255, 1, 255, 1, 255, 1};
    holds((struct ls_shape){3, 3, 1, 2}, 3, colour, (const int64_t[]){0, 0, 1}, NULL, "cat dog ");
}

/* The numbers are Pillow's. */
static void size_scales_by_a_triangle(void **state)
{
    (void)state;
    put_png("d/cat/a.png", GRAY, 1, 2, (uint8_t[]){0, 255}, NULL);
    put_png("d/dog/b.png", GRAY, 1, 4, (uint8_t[]){1, 2, 3, 4}, NULL);
    assert_int_equal(import("images d --size 1x4"), LS_OK);
    holds((struct ls_shape){3, 1, 1, 4}, 2, (const float[]){0, 64, 191, 255, 1, 2, 3, 4},
          (const int64_t[]){0, 1}, NULL, "cat dog ");
    put_png("d/cat/a.png", GRAY, 1, 5, (uint8_t[]){10, 20, 40, 80, 160}, NULL);
    put_png("d/dog/b.png", GRAY, 2, 2, (uint8_t[]){5, 6, 5, 6}, NULL);
    assert_int_equal(import("images d --size 1x2"), LS_OK);
    holds((struct ls_shape){3, 1, 1, 2}, 2, (const float[]){24, 94, 5, 6}, (const int64_t[]){0, 1},
          NULL, "cat dog ");
    put_png("d/cat/a.png", RGB, 5, 1, (uint8_t[]){10, 1, 9, 20, 1, 9, 200, 1, 9, 90, 1, 9, 7, 1, 9},
            NULL);
    put_png("d/dog/b.png", GRAY, 3, 1, (uint8_t[]){5, 6, 7}, NULL);
    assert_int_equal(import("images d --size 3x1"), LS_OK);
    const float colour[] = {14, 136, 43, 1, 1, 1, 9, 9, 9, 5, 6, 7, 5, 6, 7, 5, 6, 7};
    holds((struct ls_shape){3, 3, 3, 1}, 2, colour, (const int64_t[]){0, 1}, NULL, "cat dog ");
}

static void a_wrong_size_is_a_wrong_usage(void **state)
{
    (void)state;
    const char *const lines[] = {"28",     "28x",  "x28",   "0x3", "3x0",
                                 "4097x1", "-1x4", "3x3x3", "axb"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "images d --size=%s", lines[i]);
        assert_int_equal(import(line), LS_USAGE);
    }
}

static void folders_that_are_not_by_class_are_refused(void **state)
{
    (void)state;
    refuses("images none", "none: No such file or directory");
    refuses("images d", "d/cat: has no .png, .jpg or .jpeg files; each folder in DIR is a class, "
                        "take this away if it is none");
    refuses("images d/cat", "d/cat: has no folders; pictures lie in d/cat/CLASS/");
    put_png("d/cat/a.png", GRAY, 1, 2, (uint8_t[]){0, 255}, NULL);
    put_png("d/dog/b.png", GRAY, 2, 1, (uint8_t[]){0, 255}, NULL);
    refuses("images d", "d/dog/b.png: is 2x1 (height x width), but d/cat/a.png is 1x2; --size "
                        "HEIGHTxWIDTH scales all to one size");
    PUT("d/dog/b.png", "BM, a bitmap");
    refuses("images d", "d/dog/b.png: is neither a PNG nor a JPEG file");
    assert_int_equal(unlink("d/dog/b.png"), 0);
    assert_int_equal(mkfifo("d/dog/b.png", 0666), 0);
    refuses("images d", "d/dog/b.png: is not a file");
    assert_int_equal(mkdir("d/dog/more", 0777), 0);
    refuses("images d",
            "d/dog/more: is a folder within a class; pictures lie in DIR/CLASS/ itself");
    PUT("d/a.jpg", "");
    refuses("images d", "d/a.jpg: is of no class; put it into d/CLASS/");
}

static void cmyk_is_refused_with_advice(void **state)
{
    (void)state;
    uint8_t pixels[4] = {1, 2, 3, 4};
    put_jpeg("d/cat/a.jpg", JCS_CMYK, 4, 1, 1, pixels);
    put_jpeg("d/dog/a.jpg", JCS_CMYK, 4, 1, 1, pixels);
    refuses("images d", "d/cat/a.jpg: is a JPEG file of 4 channels that are not gray or RGB (CMYK, "
                        "for print?); convert it to RGB");
}

/* Cut anywhere, a file is refused; with any byte changed, it is refused or read. */
static void survives_damage(const char *path)
{
    static unsigned char bytes[4096];
    uint8_t pixels[48];
    struct ls_image image = {.pixels = pixels};
    const size_t len = slurp(path, bytes, sizeof bytes);
    assert_int_equal(ls_image_read(path, sizeof pixels, &image), LS_OK);
    for (size_t cut = 0; cut < len; cut++) {
        put(path, (const char *)bytes, cut);
        assert_int_equal(ls_image_read(path, sizeof pixels, &image), LS_DATA);
        assert_memory_equal(ls_message(), path, strlen(path));
    }
    for (size_t at = 0; at < len; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes[at] ^= (unsigned char)(1u << bit);
            put(path, (const char *)bytes, len);
            const ls_status status = ls_image_read(path, sizeof pixels, &image);
            assert_true(status == LS_OK || status == LS_DATA);
            bytes[at] ^= (unsigned char)(1u << bit);
        }
}

static void damage_is_refused_or_harmless(void **state)
{
    (void)state;
    uint8_t pixels[48];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * i);
    put_png("a.png", RGB, 4, 4, pixels, NULL);
    survives_damage("a.png");
    put_png("p.png", PNG_FORMAT_RGB_COLORMAP, 2, 2, (uint8_t[]){1, 0, 0, 1},
            (uint8_t[]){10, 20, 30, 40, 50, 60});
    survives_damage("p.png");
    put_jpeg("a.jpg", JCS_RGB, 3, 4, 4, pixels);
    survives_damage("a.jpg");
}

static void put_big_endian(unsigned char *bytes, unsigned long value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(value >> (24 - 8 * i));
}

static void claims_of_huge_pictures_are_refused_by_their_headers(void **state)
{
    (void)state;
    static unsigned char bytes[4096];
    uint8_t pixel[] = {1};
    struct ls_image image;
    put_png("a.png", GRAY, 1, 1, pixel, NULL);
    size_t len = slurp("a.png", bytes, sizeof bytes);
    put_big_endian(bytes + 16, 0x7fffffff); /* of IHDR, behind its length and name */
    put_big_endian(bytes + 20, 0x7fffffff);
    put_big_endian(bytes + 29, crc32(0, bytes + 12, 17));
    put("a.png", (const char *)bytes, len);
    assert_int_equal(ls_image_measure("a.png", &image), LS_DATA);
    assert_string_equal(ls_message(),
                        "a.png: is 2147483647x2147483647 (height x width), where sides up to 65535 "
                        "and 134 million pixels are taken; make it smaller or take it away");
    put_jpeg("a.jpg", JCS_GRAYSCALE, 1, 1, 1, pixel);
    len = slurp("a.jpg", bytes, sizeof bytes);
    size_t sof = 0;
    while (sof + 9 < len && !(bytes[sof] == 0xff && bytes[sof + 1] == 0xc0))
        sof++;
    memset(bytes + sof + 5, 0xfd, 4); /* height and width, behind the marker, length and depth */
    put("a.jpg", (const char *)bytes, len);
    assert_int_equal(ls_image_measure("a.jpg", &image), LS_DATA);
    assert_string_equal(ls_message(),
                        "a.jpg: is 65021x65021 (height x width), where sides up to 65535 and 134 "
                        "million pixels are taken; make it smaller or take it away");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(folders_are_classes_and_names_give_the_order, start),
        cmocka_unit_test_setup(one_colour_picture_gives_all_three_channels, start),
        cmocka_unit_test_setup(every_kind_of_png_keeps_its_stored_values, start),
        cmocka_unit_test_setup(size_scales_by_a_triangle, start),
        cmocka_unit_test_setup(a_wrong_size_is_a_wrong_usage, start),
        cmocka_unit_test_setup(folders_that_are_not_by_class_are_refused, start),
        cmocka_unit_test_setup(cmyk_is_refused_with_advice, start),
        cmocka_unit_test(damage_is_refused_or_harmless),
        cmocka_unit_test(claims_of_huge_pictures_are_refused_by_their_headers),
    };
    return cmocka_run_group_tests(tests, import_setup, import_teardown);
}
