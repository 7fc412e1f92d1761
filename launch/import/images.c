/* A folder of pictures by class, in two passes: the first reads the headers of all files, the
 * second their pixels. */
#include <string.h>

#include "launch/import/image.h"
#include "launch/import/image_list.h"
#include "launch/import/import.h"
#include "src/base/number.h"

enum { MAX_SIZE = 4096 };
enum { CHANNELS_AUTO, CHANNELS_1, CHANNELS_3 };

static const char *const channels[] = {"auto", "1", "3", NULL};

struct flags {
    struct ls_import_flags common;
    const char *size;
    int channels;
};

static const struct ls_option flags[] = {
    LS_IMPORT_FLAGS(struct flags),
    {"size", LS_STRING, offsetof(struct flags, size), "", 0, 0, NULL,
     "HEIGHTxWIDTH that all are scaled to, as Pillow's BILINEAR does [all must have one size]"},
    {"channels", LS_ENUM, offsetof(struct flags, channels), "auto", 0, 0, channels,
     "1: gray, 3: red, green, blue [auto: 1 when all pictures are gray]"},
    {0},
};

struct images {
    const struct flags *flags;
    struct ls_image_list list;
    size_t next;
    bool scales;
    struct ls_image scratch; /* a picture as its file has it */
    size_t scratch_bytes;
    struct ls_image sized; /* with the size and channels of the dataset */
};

static ls_status read_size(struct images *images)
{
    const char *text = images->flags->size;
    char height[16] = "";
    const size_t len = strcspn(text, "x");
    images->scales = text[0] != '\0';
    if (!images->scales)
        return LS_OK;
    if (len < sizeof height)
        memcpy(height, text, len);
    struct ls_image *sized = &images->sized;
    if (text[len] != 'x' || !ls_number_size(height, &sized->height) ||
        !ls_number_size(text + len + 1, &sized->width) || sized->height < 1 || sized->width < 1 ||
        sized->height > MAX_SIZE || sized->width > MAX_SIZE)
        return ls_fail(LS_USAGE,
                       "--size takes HEIGHTxWIDTH, each from 1 to %d, as 28x28, got "
                       "\"%s\"",
                       MAX_SIZE, text);
    return LS_OK;
}

static ls_status check_size(struct images *images, const struct ls_image *image, size_t i)
{
    struct ls_image *sized = &images->sized;
    if (images->scales)
        return LS_OK;
    if (i == 0) {
        sized->height = image->height;
        sized->width = image->width;
    }
    if (image->height != sized->height || image->width != sized->width)
        return ls_fail(LS_DATA,
                       "%s: is %zux%zu (height x width), but %s is %zux%zu; --size HEIGHTxWIDTH "
                       "scales all to one size",
                       images->list.paths[i], image->height, image->width, images->list.paths[0],
                       sized->height, sized->width);
    return LS_OK;
}

/* Headers of all files: what shape the dataset has, and the memory for the largest. */
static ls_status survey(struct images *images, struct ls_arena *arena)
{
    struct ls_image *sized = &images->sized;
    size_t most = 0;
    bool colour = false;
    for (size_t i = 0; i < images->list.len; i++) {
        struct ls_image image;
        LS_TRY(ls_image_measure(images->list.paths[i], &image));
        LS_TRY(check_size(images, &image, i));
        colour = colour || image.channels == 3;
        most = image.height * image.width > most ? image.height * image.width : most;
    }
    const int given = images->flags->channels;
    sized->channels = given == CHANNELS_3 || (given == CHANNELS_AUTO && colour) ? 3 : 1;
    images->scratch_bytes = most * (colour || sized->channels == 3 ? 3 : 1);
    images->scratch.pixels = ls_arena_get(arena, images->scratch_bytes, 1);
    if (images->scales)
        sized->pixels = ls_arena_get(arena, sized->height * sized->width, sized->channels);
    return images->scratch.pixels && (sized->pixels || !images->scales) ? LS_OK : LS_OTHER;
}

/* One sample (C, H, W) of a picture (H, W, C). */
static void split(const struct ls_image *image, uint8_t *x)
{
    const size_t len = image->height * image->width, n_channels = image->channels;
    for (size_t c = 0; c < n_channels; c++)
        for (size_t i = 0; i < len; i++)
            x[c * len + i] = image->pixels[i * n_channels + c];
}

static ls_status read_image(struct images *images, const char *path, uint8_t *x)
{
    struct ls_image *image = &images->scratch;
    const struct ls_image *sized = &images->sized;
    LS_TRY(ls_image_read(path, images->scratch_bytes, image));
    if (images->scratch_bytes < image->height * image->width * sized->channels)
        return ls_fail(LS_DATA, "%s: has changed meanwhile", path);
    ls_image_set_channels(image, sized->channels);
    if (images->scales) {
        LS_TRY(ls_image_resize(image, sized));
        image = &images->sized;
    } else if (image->height != sized->height || image->width != sized->width) {
        return ls_fail(LS_DATA, "%s: has changed meanwhile", path);
    }
    split(image, x);
    return LS_OK;
}

static ls_status read_images(void *context, size_t n, void *x, int32_t *classes,
                             __attribute__((unused)) float *values)
{
    struct images *images = context;
    const size_t bytes = images->sized.height * images->sized.width * images->sized.channels;
    for (size_t i = 0; i < n; i++, images->next++) {
        LS_TRY(read_image(images, images->list.paths[images->next], (uint8_t *)x + i * bytes));
        classes[i] = images->list.classes[images->next];
    }
    return LS_OK;
}

static ls_status run(const struct ls_command_call *call)
{
    struct images images = {.flags = call->flags};
    struct ls_import import = {.context = &images, .read = read_images};
    LS_TRY(ls_import_check_out(&images.flags->common));
    LS_TRY(read_size(&images));
    LS_TRY(ls_image_list_read(call->positional[0], call->arena, &images.list));
    LS_TRY(survey(&images, call->arena));
    if (images.list.n_passed_over > 0)
        (void)fprintf(stderr,
                      "lockstep: note: files passed over, not named .png, .jpg or .jpeg: "
                      "%zu, one is %s\n",
                      images.list.n_passed_over, images.list.passed_over);
    import.spec = (struct ls_dataset_spec){
        .len = images.list.len,
        .axes = 4,
        .dims = {images.sized.channels, images.sized.height, images.sized.width},
        .element = LS_U8,
        .has_labels = true,
        .labels_are_classes = true,
        .n_class_names = images.list.n_classes,
        .class_names = images.list.class_names,
    };
    return ls_import_write(&import, &images.flags->common);
}

static void help_more(FILE *file)
{
    (void)fputs("\nDIR has a folder for each class, and each of these .png, .jpg or .jpeg files. "
                "Classes and\nfiles are sorted by name; names that begin with a dot are passed "
                "over. Values are as stored:\ngamma, colour profiles, transparency and the "
                "orientation in Exif are left alone.\n",
                file);
}

extern const struct ls_command_ops ls_import_images;
const struct ls_command_ops ls_import_images = {
    .name = "images",
    .help = "a folder of PNG and JPEG pictures by class, DIR/CLASS/*",
    .usage = "DIR --out FILE",
    .flags = flags,
    .flags_bytes = sizeof(struct flags),
    .min_positional = 1,
    .max_positional = 1,
    .more_help = help_more,
    .run = run,
};
