#include "launch/import/array.h"

struct pair {
    struct ls_array x, y;
    enum ls_element element;
    size_t sample_len, label_len; /* numbers */
    uint64_t done;
};

ls_status ls_array_check(const struct ls_array *array, uint64_t header)
{
    size_t bytes;
    if (!ls_import_bytes(array->axes, array->dims, array->type.bytes, &bytes))
        return ls_fail(LS_DATA, "%s: its header claims more numbers than fit into memory",
                       array->in.path);
    const uint64_t found = array->in.bytes - header;
    if (found != bytes)
        return ls_fail(LS_DATA, "%s: %s: %zu bytes of data expected, %llu found", array->in.path,
                       found < bytes ? "too short" : "more than it should hold", bytes,
                       (unsigned long long)found);
    return LS_OK;
}

static ls_status read_x(struct pair *pair, size_t n, void *x)
{
    const struct ls_number_type type = pair->x.type;
    ls_status status = LS_OK;
    const size_t len = n * pair->sample_len;
    char *raw = ls_alloc(len, type.bytes);
    if (!raw)
        return LS_OTHER;
    LS_TRY_OUT(ls_gzin_read(&pair->x.in, raw, len * type.bytes));
    ls_numbers_convert(type, len, raw, pair->element, x);
out:
    ls_free(raw);
    return status;
}

static ls_status read_label(struct pair *pair, size_t i, int32_t *classes, float *values)
{
    char raw[8];
    LS_TRY(ls_gzin_read(&pair->y.in, raw, pair->y.type.bytes));
    const double value = ls_number_decode(pair->y.type, raw);
    if (values) {
        values[i] = (float)value;
        return LS_OK;
    }
    if (value < 0 || value > INT32_MAX)
        return ls_fail(LS_DATA, "%s: the label of sample %llu is %.0f; classes count from 0",
                       pair->y.in.path, (unsigned long long)(pair->done + i), value);
    classes[i] = (int32_t)value;
    return LS_OK;
}

static ls_status read_pair(void *context, size_t n, void *x, int32_t *classes, float *values)
{
    struct pair *pair = context;
    LS_TRY(read_x(pair, n, x));
    if (classes || values)
        for (size_t i = 0; i < n * pair->label_len; i++)
            LS_TRY(read_label(pair, i, classes, values));
    pair->done += n;
    return LS_OK;
}

static ls_status shape_x(struct pair *pair, bool images, struct ls_dataset_spec *spec)
{
    const struct ls_array *x = &pair->x;
    if (x->axes < 1 || x->axes > 4)
        return ls_fail(LS_DATA, "%s: has %d axes, where 1 to 4 are expected", x->in.path, x->axes);
    spec->len = x->dims[0];
    spec->element = pair->element = ls_number_element(x->type);
    spec->axes = 1;
    if (images && x->axes == 3)
        spec->dims[spec->axes++ - 1] = 1;
    for (int axis = 1; axis < x->axes; axis++)
        spec->dims[spec->axes++ - 1] = x->dims[axis];
    if (x->axes == 1)
        spec->dims[spec->axes++ - 1] = 1;
    pair->sample_len = 1;
    for (int axis = 1; axis < x->axes; axis++)
        pair->sample_len *= x->dims[axis];
    return LS_OK;
}

static ls_status shape_y(struct pair *pair, struct ls_dataset_spec *spec)
{
    const struct ls_array *y = &pair->y;
    if (y->axes < 1 || y->axes > 2)
        return ls_fail(LS_DATA, "%s: has %d axes, where labels have 1 or 2", y->in.path, y->axes);
    if (y->dims[0] != spec->len)
        return ls_fail(LS_DATA, "%s: %zu labels for %llu samples", y->in.path, y->dims[0],
                       (unsigned long long)spec->len);
    spec->has_labels = true;
    spec->labels_are_classes = y->axes == 1 && y->type.kind != 'f';
    pair->label_len = spec->label_len = y->axes == 2 ? y->dims[1] : 1;
    return spec->label_len ? LS_OK : ls_fail(LS_DATA, "%s: labels of no values", y->in.path);
}

ls_status ls_array_import(const struct ls_command_call *call, ls_array_open *open, bool images,
                          const struct ls_import_flags *flags)
{
    struct pair pair = {0};
    struct ls_import import = {.context = &pair, .read = read_pair};
    ls_status status;
    LS_TRY_OUT(ls_import_check_out(flags));
    LS_TRY_OUT(open(&pair.x, call->positional[0]));
    LS_TRY_OUT(shape_x(&pair, images, &import.spec));
    if (call->n_positional > 1) {
        LS_TRY_OUT(open(&pair.y, call->positional[1]));
        LS_TRY_OUT(shape_y(&pair, &import.spec));
    }
    status = ls_import_write(&import, flags);
out:
    ls_gzin_close(&pair.x.in);
    ls_gzin_close(&pair.y.in);
    return status;
}
