/* JPEG by libjpeg-turbo: gray or of three colours, baseline or progressive. */
#include "launch/import/image.h"

#include <jpeglib.h>

#include <jerror.h>
#include <setjmp.h>

enum { MAX_SCANS = 500, MEMORY = 1 << 30 /* a progressive file is held whole */ };

struct reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf failed;
    char why[JMSG_LENGTH_MAX];
};

static void on_error(j_common_ptr jpeg)
{
    struct reader *reader = jpeg->client_data;
    jpeg->err->format_message(jpeg, reader->why);
    longjmp(reader->failed, 1);
}

/* Where the library would go on with pixels that it makes up, the file is refused. */
static void on_message(j_common_ptr jpeg, int level)
{
    const int code = jpeg->err->msg_code;
    if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_JFIF_MAJOR &&
        code != JWRN_ADOBE_XFORM)
        on_error(jpeg);
}

/* A small file of many scans can keep a decoder busy for hours. */
static void on_progress(j_common_ptr jpeg)
{
    struct reader *reader = jpeg->client_data;
    if (reader->jpeg.input_scan_number <= MAX_SCANS)
        return;
    (void)snprintf(reader->why, sizeof reader->why, "more than %d scans", MAX_SCANS);
    longjmp(reader->failed, 1);
}

static bool read_head(struct reader *reader, FILE *file)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    if (setjmp(reader->failed))
        return false;
    jpeg_create_decompress(jpeg);
    jpeg->mem->max_memory_to_use = MEMORY;
    jpeg->progress = &reader->progress;
    jpeg_stdio_src(jpeg, file);
    (void)jpeg_read_header(jpeg, TRUE);
    return true;
}

static bool read_pixels(struct reader *reader, const struct ls_image *image)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    if (setjmp(reader->failed))
        return false;
    jpeg->out_color_space = image->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    (void)jpeg_start_decompress(jpeg);
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = image->pixels + jpeg->output_scanline * image->width * image->channels;
        (void)jpeg_read_scanlines(jpeg, &row, 1);
    }
    (void)jpeg_finish_decompress(jpeg);
    return true;
}

static ls_status measure(const struct reader *reader, size_t capacity, struct ls_image *image)
{
    const J_COLOR_SPACE space = reader->jpeg.jpeg_color_space;
    if (space != JCS_GRAYSCALE && space != JCS_RGB && space != JCS_YCbCr)
        return ls_fail(LS_DATA,
                       "is a JPEG file of %d channels that are not gray or RGB (CMYK, for "
                       "print?); convert it to RGB",
                       reader->jpeg.num_components);
    image->height = reader->jpeg.image_height;
    image->width = reader->jpeg.image_width;
    image->channels = space == JCS_GRAYSCALE ? 1 : 3;
    return ls_image_check(image, capacity);
}

static ls_status read_jpeg(FILE *file, size_t capacity, struct ls_image *image)
{
    struct reader reader = {.progress.progress_monitor = on_progress};
    ls_status status = LS_OK;
    reader.jpeg.err = jpeg_std_error(&reader.errors);
    reader.jpeg.client_data = &reader;
    reader.errors.error_exit = on_error;
    reader.errors.emit_message = on_message;
    bool good = read_head(&reader, file);
    if (good)
        status = measure(&reader, capacity, image);
    if (good && status == LS_OK && image->pixels)
        good = read_pixels(&reader, image);
    if (!good)
        status = ls_fail(LS_DATA, "is a damaged JPEG file, or of an unusual kind: %s", reader.why);
    jpeg_destroy_decompress(&reader.jpeg);
    return status;
}

const struct ls_image_format ls_image_jpeg = {.signature = "\xff\xd8\xff", .read = read_jpeg};
