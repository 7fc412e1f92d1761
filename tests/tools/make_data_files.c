#include "tests/tools/make_data.h"

#include <png.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const names[] = {"oak", "beech", "ash", "elm", "birch", "fir"};

static FILE *create(const char *prefix, const char *suffix)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s%s", prefix, suffix);
    FILE *const file = fopen(path, "wb");
    if (!file) {
        (void)fprintf(stderr, "make_data: cannot write %s\n", path);
        exit(1);
    }
    return file;
}

static void finish(FILE *file)
{
    if (fclose(file) == 0)
        return;
    (void)fprintf(stderr, "make_data: cannot write\n");
    exit(1);
}

/* Version 1.0: magic, length, a line padded to 64 bytes. */
static void npy_head(FILE *file, const char *type, const char *shape)
{
    char head[118];
    const int len = snprintf(
        head, sizeof head, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", type, shape);
    memset(head + len, ' ', sizeof head - (size_t)len);
    head[sizeof head - 1] = '\n';
    (void)fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, file);
    (void)fwrite(head, 1, sizeof head, file);
}

void data_write_npy(const struct data_spec *spec, const char *prefix)
{
    char shape[96];
    size_t used = (size_t)snprintf(shape, sizeof shape, "%zu", spec->n);
    for (int axis = 0; axis < spec->axes; axis++)
        used += (size_t)snprintf(shape + used, sizeof shape - used, ", %zu", spec->dims[axis]);
    FILE *file = create(prefix, "-x.npy");
    npy_head(file, "<f4", shape);
    const size_t len = data_sample_len(spec);
    for (size_t i = 0; i < spec->n * len; i++) {
        const float value = (float)data_x(spec, i / len, i % len);
        (void)fwrite(&value, sizeof value, 1, file);
    }
    finish(file);
    file = create(prefix, "-y.npy");
    (void)snprintf(shape, sizeof shape, "%zu,", spec->y_len);
    npy_head(file, "<i8", shape);
    for (size_t i = 0; i < spec->y_len; i++) {
        const int64_t value = data_class(spec, i);
        (void)fwrite(&value, sizeof value, 1, file);
    }
    finish(file);
}

static void put_big_endian(FILE *file, size_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        (void)fputc((int)(value >> shift & 255), file);
}

/* Bytes, images of the last two axes. */
void data_write_idx(const struct data_spec *spec, const char *prefix)
{
    const size_t len = data_sample_len(spec);
    FILE *file = create(prefix, "-x.idx");
    put_big_endian(file, 0x803);
    put_big_endian(file, spec->n);
    put_big_endian(file, spec->dims[spec->axes - 2]);
    put_big_endian(file, spec->dims[spec->axes - 1]);
    for (size_t i = 0; i < spec->n * len; i++)
        (void)fputc((int)data_x(spec, i / len, i % len), file);
    finish(file);
    file = create(prefix, "-y.idx");
    put_big_endian(file, 0x801);
    put_big_endian(file, spec->y_len);
    for (size_t i = 0; i < spec->y_len; i++)
        (void)fputc((int)data_class(spec, i), file);
    finish(file);
}

void data_write_table(const struct data_spec *spec, const char *path, char separator)
{
    const size_t len = data_sample_len(spec);
    FILE *const file = create(path, "");
    for (size_t j = 0; j < len; j++)
        (void)fprintf(file, "f%zu%c", j + 1, separator);
    (void)fputs("class\n", file);
    for (size_t i = 0; i < spec->n; i++) {
        for (size_t j = 0; j < len; j++)
            (void)fprintf(file, "%.6g%c", data_x(spec, i, j), separator);
        (void)fprintf(file, "%s\n", names[data_class(spec, i) % 6]);
    }
    finish(file);
}

/* Of one or three channels, by the first of three axes. */
void data_write_images(const struct data_spec *spec, const char *folder)
{
    const size_t channels = spec->dims[0], len = data_sample_len(spec);
    unsigned char *pixels = malloc(len);
    (void)mkdir(folder, 0777);
    for (size_t i = 0; pixels && i < spec->n; i++) {
        char path[4096];
        const char *const name = names[data_class(spec, i) % 6];
        (void)snprintf(path, sizeof path, "%s/%s", folder, name);
        (void)mkdir(path, 0777);
        (void)snprintf(path, sizeof path, "%s/%s/%05zu.png", folder, name, i);
        for (size_t j = 0; j < len; j++)
            pixels[j % (len / channels) * channels + j / (len / channels)] =
                (unsigned char)data_x(spec, i, j);
        png_image image = {.version = PNG_IMAGE_VERSION,
                           .height = (png_uint_32)spec->dims[1],
                           .width = (png_uint_32)spec->dims[2],
                           .format = channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY};
        if (!png_image_write_to_file(&image, path, 0, pixels, 0, NULL)) {
            (void)fprintf(stderr, "make_data: cannot write %s\n", path);
            exit(1);
        }
    }
    free(pixels);
}
