/* PNG by libpng, all its colour types, depths and interlacing. */
#include <png.h>
#include <setjmp.h>

#include "launch/import/image.h"

struct reader {
    FILE *file;
    png_structp png;
    png_infop info;
    char why[128];
};

static void on_error(png_structp png, png_const_charp text)
{
    struct reader *reader = png_get_error_ptr(png);
    (void)snprintf(reader->why, sizeof reader->why, "%s", text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void read_bytes(png_structp png, png_bytep to, size_t len)
{
    struct reader *reader = png_get_io_ptr(png);
    if (fread(to, 1, len, reader->file) != len)
        png_error(png, "it ends too early");
}

/* Up to the first pixel. Chunks that say nothing of pixels are passed over unread: texts and
 * profiles may be huge, or broken without harm. */
static bool read_head(struct reader *reader, struct ls_image *image)
{
    png_structp png = reader->png;
    png_infop info = reader->info;
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_set_read_fn(png, reader, read_bytes);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* ls_image_check has them */
    png_read_info(png, info);
    image->height = png_get_image_height(png, info);
    image->width = png_get_image_width(png, info);
    image->channels = png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR ? 3 : 1;
    return true;
}

static bool read_pixels(const struct reader *reader, const struct ls_image *image)
{
    png_structp png = reader->png;
    png_infop info = reader->info;
    const size_t stride = image->width * image->channels;
    if (setjmp(png_jmpbuf(png)))
        return false;
    if (png_get_color_type(png, info) == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(png);
    else if (png_get_bit_depth(png, info) < 8)
        png_set_expand_gray_1_2_4_to_8(png);
    png_set_scale_16(png);
    png_set_strip_alpha(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) != stride)
        png_error(png, "its colours do not match its header");
    for (int pass = 0; pass < passes; pass++)
        for (size_t row = 0; row < image->height; row++)
            png_read_row(png, image->pixels + row * stride, NULL);
    png_read_end(png, NULL);
    return true;
}

static ls_status read_png(FILE *file, size_t capacity, struct ls_image *image)
{
    struct reader reader = {.file = file};
    ls_status status = LS_OK;
    reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning);
    reader.info = reader.png ? png_create_info_struct(reader.png) : NULL;
    if (!reader.info) {
        png_destroy_read_struct(&reader.png, NULL, NULL);
        return ls_fail(LS_OTHER, "libpng cannot start: out of memory?");
    }
    bool good = read_head(&reader, image);
    if (good)
        status = ls_image_check(image, capacity);
    if (good && status == LS_OK && image->pixels)
        good = read_pixels(&reader, image);
    if (!good)
        status = ls_fail(LS_DATA, "is a damaged PNG file: %s", reader.why);
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    return status;
}

const struct ls_image_format ls_image_png = {.signature = "\x89PNG\r\n\x1a\n", .read = read_png};
