/* numpy's arrays. The header is the text of a Python dictionary with three keys; it is read
 * strictly. Source: numpy.lib.format. */
#include <string.h>

#include "launch/import/array.h"
#include "src/base/number.h"

enum { MAX_HEADER = 65536 };

struct flags {
    struct ls_import_flags common;
};

static const struct ls_option flags[] = {LS_IMPORT_FLAGS(struct flags), {0}};

static bool take(const char **at, const char *text)
{
    const size_t len = strlen(text);
    *at += strspn(*at, " ");
    if (strncmp(*at, text, len) != 0)
        return false;
    *at += len;
    return true;
}

/* '<f4' */
static bool take_type(const char **at, struct ls_number_type *type)
{
    if (!take(at, "'"))
        return false;
    const char order = **at;
    if (order == '\0' || !strchr("<>|=", order) || (*at)[1] == '\0')
        return false;
    type->kind = (*at)[1];
    type->big_endian = order == '>';
    if ((*at)[2] < '1' || (*at)[2] > '8')
        return false;
    type->bytes = (size_t)((*at)[2] - '0');
    *at += 3;
    return take(at, "'") && ls_number_type_ok(*type);
}

/* (3, 4) or (3,) */
static bool take_shape(const char **at, struct ls_array *array)
{
    if (!take(at, "("))
        return false;
    while (!take(at, ")")) {
        char digits[24] = "";
        const size_t len = strspn(*at, "0123456789");
        if (len == 0 || len >= sizeof digits || array->axes == LS_ARRAY_AXES)
            return false;
        memcpy(digits, *at, len);
        *at += len;
        if (!ls_number_size(digits, &array->dims[array->axes++]))
            return false;
        if (!take(at, ",") && **at != ')')
            return false;
    }
    return true;
}

static ls_status parse(struct ls_array *array, const char *text)
{
    const char *at = text;
    bool has_type = false, has_order = false, has_shape = false, fortran = false;
    bool good = take(&at, "{");
    while (good && !take(&at, "}")) {
        if (!has_type && take(&at, "'descr':")) {
            has_type = true;
            const char *type = at + strspn(at, " ");
            if (!take_type(&at, &array->type))
                return ls_fail(LS_DATA, "%s: numbers of the type %.*s are not supported",
                               array->in.path, (int)strcspn(type, ",}\n"), type);
        } else if (!has_order && take(&at, "'fortran_order':")) {
            has_order = true;
            fortran = take(&at, "True");
            good = fortran || take(&at, "False");
        } else if (!has_shape && take(&at, "'shape':")) {
            has_shape = true;
            good = take_shape(&at, array);
        } else {
            good = false;
        }
        good = good && (take(&at, ",") || *at == '}');
    }
    if (!good || !has_type || !has_order || !has_shape || at[strspn(at, " \n")] != '\0')
        return ls_fail(LS_DATA, "%s: its header cannot be read", array->in.path);
    if (fortran && array->axes > 1)
        return ls_fail(LS_DATA, "%s: is in Fortran order; save numpy.ascontiguousarray(x)",
                       array->in.path);
    return LS_OK;
}

static ls_status open_npy(struct ls_array *array, const char *path)
{
    static char text[MAX_HEADER + 1];
    unsigned char head[8], length[4] = {0};
    LS_TRY(ls_gzin_open(&array->in, path));
    LS_TRY(ls_gzin_read(&array->in, head, sizeof head));
    if (memcmp(head, "\x93NUMPY", 6) != 0 || head[6] < 1 || head[6] > 3)
        return ls_fail(LS_DATA, "%s: is not an npy file of version 1 to 3", path);
    const size_t length_bytes = head[6] == 1 ? 2 : 4;
    LS_TRY(ls_gzin_read(&array->in, length, length_bytes));
    const size_t len = (size_t)length[0] | (size_t)length[1] << 8 | (size_t)length[2] << 16 |
                       (size_t)length[3] << 24;
    if (len > MAX_HEADER)
        return ls_fail(LS_DATA, "%s: a header of %zu bytes", path, len);
    LS_TRY(ls_gzin_read(&array->in, text, len));
    text[len] = '\0';
    LS_TRY(parse(array, text));
    return ls_array_check(array, sizeof head + length_bytes + len);
}

static ls_status run(const struct ls_command_call *call)
{
    const struct flags *given = call->flags;
    return ls_array_import(call, open_npy, false, &given->common);
}

extern const struct ls_command_ops ls_import_npy;
const struct ls_command_ops ls_import_npy = {
    .name = "npy",
    .help = "numpy's arrays: x (N, F), (N, C, L) or (N, C, H, W), and y (N) or (N, K)",
    .usage = "X.npy [Y.npy] --out FILE",
    .flags = flags,
    .flags_bytes = sizeof(struct flags),
    .min_positional = 1,
    .max_positional = 2,
    .run = run,
};
