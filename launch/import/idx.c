/* The format of MNIST and its kin: two zero bytes, a type, the number of axes, then the sizes and
 * the numbers, all big-endian. Source: yann.lecun.com/exdb/mnist. */
#include "launch/import/array.h"

struct flags {
    struct ls_import_flags common;
};

static const struct ls_option flags[] = {LS_IMPORT_FLAGS(struct flags), {0}};

static bool type_of(unsigned char code, struct ls_number_type *type)
{
    static const struct {
        unsigned char code;
        struct ls_number_type type;
    } types[] = {{0x08, {'u', 1, true}}, {0x09, {'i', 1, true}}, {0x0b, {'i', 2, true}},
                 {0x0c, {'i', 4, true}}, {0x0d, {'f', 4, true}}, {0x0e, {'f', 8, true}}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].code == code) {
            *type = types[i].type;
            return true;
        }
    return false;
}

static ls_status open_idx(struct ls_array *array, const char *path)
{
    unsigned char head[4], size[4];
    LS_TRY(ls_gzin_open(&array->in, path));
    LS_TRY(ls_gzin_read(&array->in, head, sizeof head));
    if (head[0] != 0 || head[1] != 0 || !type_of(head[2], &array->type))
        return ls_fail(LS_DATA, "%s: is not an idx file", path);
    if (head[3] < 1 || head[3] > LS_ARRAY_AXES)
        return ls_fail(LS_DATA, "%s: has %d axes, where 1 to 4 are expected", path, head[3]);
    array->axes = head[3];
    for (int axis = 0; axis < array->axes; axis++) {
        LS_TRY(ls_gzin_read(&array->in, size, sizeof size));
        array->dims[axis] =
            (size_t)size[0] << 24 | (size_t)size[1] << 16 | (size_t)size[2] << 8 | (size_t)size[3];
    }
    return ls_array_check(array, sizeof head + (uint64_t)array->axes * sizeof size);
}

static ls_status run(const struct ls_command_call *call)
{
    const struct flags *given = call->flags;
    return ls_array_import(call, open_idx, true, &given->common);
}

extern const struct ls_command_ops ls_import_idx;
const struct ls_command_ops ls_import_idx = {
    .name = "idx",
    .help = "MNIST's format, .gz or plain: images, and labels where there are any",
    .usage = "IMAGES [LABELS] --out FILE",
    .flags = flags,
    .flags_bytes = sizeof(struct flags),
    .min_positional = 1,
    .max_positional = 2,
    .run = run,
};
