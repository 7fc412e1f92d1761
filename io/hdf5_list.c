/* Lists out of an HDF5 file: the strings of an attribute, the datasets below a group. */
#include <stdbool.h>
#include <string.h>

#include "io/cause.h"
#include "io/hdf5.h"

/* Strings of `bytes` each, padded with zeros or blanks, without an end of their own. */
static ls_status copy_fixed(hid_t attribute, hid_t type, size_t n, const char **strings,
                            struct ls_arena *arena)
{
    const size_t bytes = H5Tget_size(type);
    const bool blanks = H5Tget_strpad(type) == H5T_STR_SPACEPAD;
    char *raw = ls_arena_get(arena, n, bytes);
    if (!raw)
        return LS_OTHER;
    if (H5Aread(attribute, type, raw) < 0)
        return LS_DATA;
    for (size_t i = 0; i < n; i++) {
        size_t len = strnlen(raw + i * bytes, bytes);
        while (blanks && len > 0 && raw[i * bytes + len - 1] == ' ')
            len--;
        strings[i] = ls_arena_printf(arena, "%.*s", (int)len, raw + i * bytes);
        if (!strings[i])
            return LS_OTHER;
    }
    return LS_OK;
}

static ls_status copy_variable(hid_t attribute, hid_t type, hid_t space, size_t n,
                               const char **strings, struct ls_arena *arena)
{
    char **raw = ls_arena_get(arena, n, sizeof *raw);
    if (!raw)
        return LS_OTHER;
    if (H5Aread(attribute, type, raw) < 0)
        return LS_DATA;
    ls_status status = LS_OK;
    for (size_t i = 0; i < n && status == LS_OK; i++) {
        strings[i] = ls_arena_strdup(arena, raw[i] ? raw[i] : "");
        status = strings[i] ? LS_OK : LS_OTHER;
    }
    (void)H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw);
    return status;
}

static ls_status copy_strings(hid_t attribute, hid_t type, hid_t space, size_t *n,
                              const char *const **strings, struct ls_arena *arena)
{
    if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_ndims(space) > 1)
        return LS_OK;
    const hssize_t len = H5Sget_simple_extent_npoints(space);
    if (len <= 0)
        return LS_OK;
    const char **copies = ls_arena_get(arena, (size_t)len, sizeof *copies);
    if (!copies)
        return LS_OTHER;
    const bool variable = H5Tis_variable_str(type) > 0;
    LS_TRY(variable ? copy_variable(attribute, type, space, (size_t)len, copies, arena)
                    : copy_fixed(attribute, type, (size_t)len, copies, arena));
    *n = (size_t)len;
    *strings = copies;
    return LS_OK;
}

ls_status ls_hdf5_strings(const char *path, hid_t object, const char *name, size_t *n,
                          const char *const **strings, struct ls_arena *arena)
{
    *n = 0;
    if (H5Aexists(object, name) <= 0)
        return LS_OK;
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0)
        return ls_hdf5_damaged(path, name);
    const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    ls_status status =
        type < 0 || space < 0 ? LS_DATA : copy_strings(attribute, type, space, n, strings, arena);
    if (status == LS_DATA)
        status = ls_hdf5_damaged(path, name);
    ls_hdf5_close(type);
    ls_hdf5_close(space);
    ls_hdf5_close(attribute);
    return status;
}

struct listing {
    const char *group;
    struct ls_arena *arena;
    const char **names;
    size_t n, capacity;
    ls_status status;
};

static herr_t add(hid_t object, const char *name, const H5O_info_t *info, void *context)
{
    (void)object;
    struct listing *list = context;
    if (info->type != H5O_TYPE_DATASET)
        return 0;
    if (list->n == list->capacity) {
        const size_t capacity = 2 * list->capacity + 16;
        const char **names = ls_arena_get(list->arena, capacity, sizeof *names);
        if (names && list->n)
            memcpy(names, list->names, list->n * sizeof *names);
        list->status = names ? LS_OK : LS_OTHER;
        if (!names)
            return -1;
        list->names = names;
        list->capacity = capacity;
    }
    const char *slash = strcmp(list->group, "/") == 0 ? "" : "/";
    const char *full = ls_arena_printf(list->arena, "%s%s%s", list->group, slash, name);
    list->status = full ? LS_OK : LS_OTHER;
    if (!full)
        return -1;
    list->names[list->n++] = full;
    return 0;
}

ls_status ls_hdf5_datasets(const char *path, hid_t file, const char *group, size_t *n,
                           const char ***names, struct ls_arena *arena)
{
    struct listing list = {.group = group, .arena = arena};
    const herr_t error =
        H5Ovisit_by_name(file, group, H5_INDEX_NAME, H5_ITER_INC, add, &list, H5P_DEFAULT);
    if (list.status != LS_OK)
        return list.status;
    if (error < 0)
        return ls_hdf5_damaged(path, group);
    *n = list.n;
    *names = list.names;
    return LS_OK;
}
