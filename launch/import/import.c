#include "launch/import/import.h"

#include <unistd.h>

enum { PIECE_BYTES = 1 << 22, SAMPLE_BYTES = 1 << 30 };

/* Room for some samples on their way. */
struct piece {
    size_t len;
    void *x;
    int32_t *classes;
    float *values;
};

size_t ls_element_bytes(enum ls_element element)
{
    static const size_t bytes[] = {
        [LS_U8] = 1, [LS_I16] = 2, [LS_I32] = 4, [LS_F32] = 4, [LS_F64] = 8};
    return bytes[element];
}

bool ls_import_bytes(int axes, const size_t *dims, size_t size, size_t *bytes)
{
    *bytes = size;
    for (int axis = 0; axis < axes; axis++) {
        if (dims[axis] != 0 && *bytes > SIZE_MAX / 2 / dims[axis])
            return false;
        *bytes *= dims[axis];
    }
    return true;
}

ls_status ls_import_check_out(const struct ls_import_flags *flags)
{
    if (!flags->force && access(flags->out, F_OK) == 0)
        return ls_fail(LS_USAGE, "%s exists already; --force replaces it", flags->out);
    return LS_OK;
}

static void report(const struct ls_dataset_spec *spec, const char *out, size_t n_classes)
{
    static const char *const names[] = {[LS_U8] = "uint8",
                                        [LS_I16] = "int16",
                                        [LS_I32] = "int32",
                                        [LS_F32] = "float32",
                                        [LS_F64] = "float64"};
    (void)printf("%s: %llu sample%s of (", out, (unsigned long long)spec->len,
                 spec->len == 1 ? "" : "s");
    for (int axis = 0; axis < spec->axes - 1; axis++)
        (void)printf("%s%zu", axis ? ", " : "", spec->dims[axis]);
    (void)printf(") %s, ", names[spec->element]);
    if (!spec->has_labels)
        (void)puts("no labels");
    else if (spec->labels_are_classes)
        (void)printf("%zu class%s\n", n_classes, n_classes == 1 ? "" : "es");
    else
        (void)printf("%zu value%s each\n", spec->label_len, spec->label_len == 1 ? "" : "s");
}

static ls_status check_classes(const struct piece *piece, size_t n, uint64_t done, size_t *classes)
{
    for (size_t i = 0; piece->classes && i < n; i++) {
        if (piece->classes[i] < 0)
            return ls_fail(LS_DATA, "the label of sample %llu is %d; classes count from 0",
                           (unsigned long long)(done + i), piece->classes[i]);
        if ((size_t)piece->classes[i] >= *classes)
            *classes = (size_t)piece->classes[i] + 1;
    }
    return LS_OK;
}

static ls_status copy(const struct ls_import *import, const struct piece *piece,
                      struct ls_dataset_writer *writer, size_t *n_classes)
{
    const uint64_t len = import->spec.len;
    for (uint64_t done = 0; done < len;) {
        const size_t n = len - done < piece->len ? (size_t)(len - done) : piece->len;
        LS_TRY(import->read(import->context, n, piece->x, piece->classes, piece->values));
        LS_TRY(check_classes(piece, n, done, n_classes));
        LS_TRY(ls_dataset_append(writer, n, piece->x, piece->classes, piece->values));
        done += n;
    }
    return LS_OK;
}

static ls_status prepare(const struct ls_dataset_spec *spec, struct ls_arena *arena,
                         struct piece *piece)
{
    size_t bytes;
    if (!ls_import_bytes(spec->axes - 1, spec->dims, ls_element_bytes(spec->element), &bytes) ||
        bytes > SAMPLE_BYTES)
        return ls_fail(LS_USAGE, "a sample of more than 1 GiB");
    if (spec->len == 0 || bytes == 0)
        return ls_fail(LS_DATA, "no samples");
    piece->len = bytes < PIECE_BYTES ? PIECE_BYTES / bytes : 1;
    piece->x = ls_arena_get(arena, piece->len, bytes);
    LS_TRY(piece->x ? LS_OK : LS_OTHER);
    if (!spec->has_labels)
        return LS_OK;
    if (spec->labels_are_classes)
        piece->classes = ls_arena_get(arena, piece->len, sizeof *piece->classes);
    else
        piece->values = ls_arena_get(arena, piece->len * spec->label_len, sizeof *piece->values);
    return piece->classes || piece->values ? LS_OK : LS_OTHER;
}

ls_status ls_import_write(const struct ls_import *import, const struct ls_import_flags *flags)
{
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct piece piece = {0};
    struct ls_dataset_writer *writer = NULL;
    size_t n_classes = import->spec.n_class_names;
    ls_status status;
    LS_TRY_OUT(ls_import_check_out(flags));
    LS_TRY_OUT(prepare(&import->spec, &arena, &piece));
    LS_TRY_OUT(ls_dataset_create(&writer, flags->out, &import->spec));
    status = copy(import, &piece, writer, &n_classes);
    if (status == LS_OK)
        status = ls_dataset_finish(writer);
    else
        ls_dataset_abandon(writer);
    if (status == LS_OK)
        report(&import->spec, flags->out, n_classes);
out:
    ls_arena_release(&arena);
    return status;
}
