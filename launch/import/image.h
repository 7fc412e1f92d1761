/* A picture from a PNG or JPEG file, for the importer of images. What a file claims is checked
 * before memory is taken for it, and damage of any kind is an error that names the file. */
#ifndef LOCKSTEP_LAUNCH_IMPORT_IMAGE_H
#define LOCKSTEP_LAUNCH_IMPORT_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/status.h"

enum { LS_IMAGE_SIDE = 65535, LS_IMAGE_PIXELS = 1 << 27 /* 384 MiB in colour */ };

struct ls_image {
    size_t height, width, channels; /* 1: gray, 3: red, green, blue */
    uint8_t *pixels;                /* (height, width, channels), the caller's memory */
};

/* A format of files: reads from the start of `file` into image->pixels, of `capacity` bytes, or
 * only the sizes when that is NULL; calls ls_image_check once it knows them. Values are as stored:
 * gamma, colour profiles and transparency are left alone, 16 bits are scaled to 8.
 * Errors: LS_DATA, without the path. */
struct ls_image_format {
    const char *signature; /* the first bytes */
    ls_status (*read)(FILE *file, size_t capacity, struct ls_image *image);
};

extern const struct ls_image_format ls_image_png, ls_image_jpeg;

/** The sizes that the header of a file claims.
 *  Errors: LS_DATA with the path: cannot be read, neither format, larger than the limits above.
 *  Collective: no. */
ls_status ls_image_measure(const char *path, struct ls_image *image);

/** The whole picture, into image->pixels, of `capacity` bytes.
 *  Errors: those of ls_image_measure; LS_DATA: truncated, damaged, larger than `capacity`.
 *  Collective: no. */
ls_status ls_image_read(const char *path, size_t capacity, struct ls_image *image);

/** For formats: fails unless the sizes are within the limits and, where there are pixels, within
 *  `capacity` bytes.  Errors: LS_DATA.  Collective: no. */
ls_status ls_image_check(const struct ls_image *image, size_t capacity);

/** Turns a picture of 1 or 3 channels into one of 1 or 3, in place, where there is room for it:
 *  gray = (19595 R + 38470 G + 7471 B + 2^15) / 2^16, as in Pillow.  Collective: no. */
void ls_image_set_channels(struct ls_image *image, size_t channels);

/** Scales `from` to the size of `to`, which has its channels. Each value is a mean of its
 *  surroundings, weighted by a triangle that reaches over one pixel of the coarser grid: bilinear
 *  when it grows, an area's mean when it shrinks. The bits are those of BILINEAR in Pillow 11.
 *  Errors: LS_OTHER: memory, from->height rows of to->width.  Collective: no. */
ls_status ls_image_resize(const struct ls_image *from, const struct ls_image *to);

#endif
