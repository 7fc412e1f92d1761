#include "launch/import/image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* NULL when it cannot be opened, with the message set. */
static FILE *open_file(const char *path)
{
    struct stat info;
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a pipe must not block */
    if (fd >= 0 && fstat(fd, &info) == 0 && !S_ISREG(info.st_mode)) {
        (void)ls_fail(LS_DATA, "is not a file");
        (void)close(fd);
        return NULL;
    }
    FILE *file = fd >= 0 ? fdopen(fd, "rb") : NULL;
    if (!file)
        (void)ls_fail(LS_DATA, "%s", strerror(errno));
    if (fd >= 0 && !file)
        (void)close(fd);
    return file;
}

/* By its first bytes, not its name: pictures often bear the wrong one. */
static const struct ls_image_format *format_of(FILE *file)
{
    static const struct ls_image_format *const formats[] = {&ls_image_png, &ls_image_jpeg};
    char head[8] = "";
    const size_t len = fread(head, 1, sizeof head, file);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const size_t need = strlen(formats[i]->signature);
        if (len >= need && memcmp(head, formats[i]->signature, need) == 0)
            return formats[i];
    }
    return NULL;
}

static ls_status read_file(const char *path, size_t capacity, struct ls_image *image)
{
    FILE *file = open_file(path);
    if (!file)
        return LS_DATA;
    const struct ls_image_format *format = format_of(file);
    ls_status status;
    if (!format)
        status = ls_fail(LS_DATA, "is neither a PNG nor a JPEG file");
    else if (fseek(file, 0, SEEK_SET) != 0)
        status = ls_fail(LS_DATA, "%s", strerror(errno));
    else
        status = format->read(file, capacity, image);
    (void)fclose(file);
    return status;
}

ls_status ls_image_measure(const char *path, struct ls_image *image)
{
    *image = (struct ls_image){0};
    const ls_status status = read_file(path, 0, image);
    return status == LS_OK ? LS_OK : ls_within(status, "%s", path);
}

ls_status ls_image_read(const char *path, size_t capacity, struct ls_image *image)
{
    const ls_status status = read_file(path, capacity, image);
    return status == LS_OK ? LS_OK : ls_within(status, "%s", path);
}

ls_status ls_image_check(const struct ls_image *image, size_t capacity)
{
    const size_t height = image->height, width = image->width;
    if (height == 0 || width == 0)
        return ls_fail(LS_DATA, "has no pixels");
    if (height > LS_IMAGE_SIDE || width > LS_IMAGE_SIDE || height * width > LS_IMAGE_PIXELS)
        return ls_fail(LS_DATA,
                       "is %zux%zu (height x width), where sides up to %d and %d million pixels "
                       "are taken; make it smaller or take it away",
                       height, width, LS_IMAGE_SIDE, LS_IMAGE_PIXELS / 1000000);
    if (image->pixels && height * width * image->channels > capacity)
        return ls_fail(LS_DATA, "has changed meanwhile");
    return LS_OK;
}

void ls_image_set_channels(struct ls_image *image, size_t channels)
{
    const size_t len = image->height * image->width;
    uint8_t *pixels = image->pixels;
    if (image->channels == 3 && channels == 1)
        for (size_t i = 0; i < len; i++) {
            const uint8_t *p = pixels + 3 * i;
            pixels[i] = (uint8_t)((19595u * p[0] + 38470u * p[1] + 7471u * p[2] + 32768u) >> 16);
        }
    else if (image->channels == 1 && channels == 3)
        for (size_t i = len; i-- > 0;)
            memset(pixels + 3 * i, pixels[i], 3);
    image->channels = channels;
}
