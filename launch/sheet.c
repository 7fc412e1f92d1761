#include "launch/sheet.h"

#include <errno.h>
#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/arena.h"

/* Pixels. A glyph stands in a cell of GLYPH_W + 1 by GLYPH_H + 2. */
enum { GLYPH_W = 5, GLYPH_H = 7, GAP = 6, LEAST = 64, COLUMNS = 10, CHANNELS = 3 };
static const size_t text_height = (size_t)LS_SHEET_LINES * (GLYPH_H + 2) + 2 * (size_t)GAP;
enum { GREY = 225, INK = 40, RED = 200 };

static const char glyph_names[] = "0123456789#>-.,+";
/* Rows from the top, the leftmost pixel in the highest of 5 bits. */
static const unsigned char glyphs[][GLYPH_H] = {
    {14, 17, 19, 21, 25, 17, 14}, {4, 12, 4, 4, 4, 4, 14},      {14, 17, 1, 2, 4, 8, 31},
    {31, 2, 4, 2, 1, 17, 14},     {2, 6, 10, 18, 31, 2, 2},     {31, 16, 30, 1, 1, 17, 14},
    {6, 8, 16, 30, 17, 17, 14},   {31, 1, 2, 4, 8, 8, 8},       {14, 17, 17, 14, 17, 17, 14},
    {14, 17, 17, 15, 1, 2, 12},   {10, 10, 31, 10, 31, 10, 10}, {8, 4, 2, 1, 2, 4, 8},
    {0, 0, 0, 31, 0, 0, 0},       {0, 0, 0, 0, 0, 12, 12},      {0, 0, 0, 0, 12, 4, 8},
    {0, 4, 4, 31, 4, 4, 0}};

/* The whole sheet in memory. */
struct canvas {
    size_t w, h;
    unsigned char *pixels; /* (h, w, CHANNELS) */
};

/* How pictures are laid out, and how values become grey. */
struct layout {
    struct ls_shape shape;
    size_t times; /* a pixel of a picture is so many each way */
    size_t columns, cell_w, cell_h;
    double low, high;
};

static void put(const struct canvas *canvas, size_t x, size_t y, unsigned char r, unsigned char g,
                unsigned char b)
{
    unsigned char *const to = canvas->pixels + (y * canvas->w + x) * CHANNELS;
    to[0] = r;
    to[1] = g;
    to[2] = b;
}

static void draw_text(const struct canvas *canvas, size_t x, size_t y, const char *text,
                      bool marked)
{
    for (; *text; text++, x += GLYPH_W + 1) {
        const char *const name = strchr(glyph_names, *text);
        for (size_t row = 0; name && row < GLYPH_H; row++)
            for (size_t column = 0; column < GLYPH_W; column++)
                if (glyphs[name - glyph_names][row] >> (GLYPH_W - 1 - column) & 1)
                    put(canvas, x + column, y + row, marked ? RED : INK, marked ? 0 : INK,
                        marked ? 0 : INK);
    }
}

static unsigned char shade(const struct layout *l, float value)
{
    const double part = ((double)value - l->low) / (l->high - l->low);
    return (unsigned char)lround(255 * fmin(fmax(isnan(part) ? 0 : part, 0), 1));
}

static void draw_picture(const struct canvas *canvas, const struct layout *l, size_t left,
                         size_t top, const float *x)
{
    const struct ls_shape s = l->shape;
    const size_t area = s.h * s.w, green = s.c == 3 ? area : 0, blue = 2 * green;
    for (size_t row = 0; row < s.h * l->times; row++)
        for (size_t column = 0; column < s.w * l->times; column++) {
            const float *const at = x + row / l->times * s.w + column / l->times;
            put(canvas, left + column, top + row, shade(l, at[0]), shade(l, at[green]),
                shade(l, at[blue]));
        }
}

/* 0 to 1, 0 to 255, or what there is. */
static void find_range(struct layout *l, const struct ls_sheet_picture *pictures, size_t n)
{
    double low = (double)INFINITY, high = -(double)INFINITY;
    const size_t len = ls_shape_len(l->shape);
    for (size_t i = 0; i < n; i++)
        for (size_t e = 0; e < len; e++) {
            low = fmin(low, (double)pictures[i].x[e]);
            high = fmax(high, (double)pictures[i].x[e]);
        }
    const bool plain = low >= 0 && high <= 255;
    l->low = plain ? 0 : low;
    l->high = plain ? (high <= 1 ? 1 : 255) : high;
    if (!(l->high > l->low))
        l->high = l->low + 1;
}

static struct layout plan(struct ls_shape shape, const struct ls_sheet_picture *pictures, size_t n)
{
    struct layout l = {.shape = shape, .times = 1, .columns = n < COLUMNS ? n : COLUMNS};
    const size_t large = shape.h > shape.w ? shape.h : shape.w;
    while (l.times * large < LEAST)
        l.times++;
    size_t letters = 0;
    for (size_t i = 0; i < n; i++)
        for (int line = 0; line < LS_SHEET_LINES; line++)
            if (strlen(pictures[i].text[line]) > letters)
                letters = strlen(pictures[i].text[line]);
    const size_t text_w = letters * (GLYPH_W + 1), picture_w = shape.w * l.times;
    l.cell_w = (picture_w > text_w ? picture_w : text_w) + GAP;
    l.cell_h = shape.h * l.times + text_height;
    find_range(&l, pictures, n);
    return l;
}

static void draw(const struct canvas *canvas, const struct layout *l,
                 const struct ls_sheet_picture *pictures, size_t n)
{
    memset(canvas->pixels, GREY, canvas->w * canvas->h * CHANNELS);
    for (size_t i = 0; i < n; i++) {
        const size_t left = GAP + i % l->columns * l->cell_w;
        const size_t top = GAP + i / l->columns * l->cell_h;
        draw_picture(canvas, l, left, top, pictures[i].x);
        for (size_t line = 0; line < LS_SHEET_LINES; line++)
            draw_text(canvas, left, top + l->shape.h * l->times + 3 + line * (GLYPH_H + 2),
                      pictures[i].text[line], pictures[i].marked);
    }
}

static void on_error(png_structp png, png_const_charp text)
{
    (void)text;
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png, (void)text;
}

static bool write_png(FILE *file, png_structp png, png_infop info, const struct canvas *canvas)
{
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_init_io(png, file);
    png_set_IHDR(png, info, (png_uint_32)canvas->w, (png_uint_32)canvas->h, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (size_t y = 0; y < canvas->h; y++)
        png_write_row(png, canvas->pixels + y * canvas->w * CHANNELS);
    png_write_end(png, NULL);
    return true;
}

static ls_status save(const char *path, const struct canvas *canvas)
{
    FILE *const file = fopen(path, "wbe");
    if (!file)
        return ls_fail(LS_DATA, "cannot write %s: %s", path, strerror(errno));
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    const bool written = info && write_png(file, png, info, canvas);
    png_destroy_write_struct(&png, &info);
    if (fclose(file) == 0 && written)
        return LS_OK;
    const int cause = errno;
    struct stat what;
    if (stat(path, &what) == 0 && S_ISREG(what.st_mode))
        (void)unlink(path);
    return ls_fail(LS_DATA, "cannot write %s: %s", path, strerror(cause));
}

ls_status ls_sheet_write(const char *path, struct ls_shape shape,
                         const struct ls_sheet_picture *pictures, size_t n)
{
    LS_ASSERT(n > 0 && shape.axes == 3 && (shape.c == 1 || shape.c == 3));
    const struct layout l = plan(shape, pictures, n);
    struct canvas canvas = {.w = GAP + l.columns * l.cell_w,
                            .h = GAP + (n + l.columns - 1) / l.columns * l.cell_h};
    canvas.pixels = ls_alloc(canvas.h, canvas.w * CHANNELS);
    if (!canvas.pixels)
        return LS_OTHER;
    draw(&canvas, &l, pictures, n);
    const ls_status status = save(path, &canvas);
    ls_free(canvas.pixels);
    return status;
}
