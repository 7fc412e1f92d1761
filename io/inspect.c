#include "io/inspect.h"

#include <string.h>

#include "io/checkpoint_file.h"
#include "io/hdf5.h"

static const char *number_name(hid_t type, struct ls_arena *arena)
{
    const H5T_class_t class = H5Tget_class(type);
    const size_t bytes = H5Tget_size(type);
    const char *kind = class == H5T_FLOAT               ? "float"
                       : H5Tget_sign(type) == H5T_SGN_2 ? "int"
                                                        : "uint";
    const bool big = bytes > 1 && H5Tget_order(type) == H5T_ORDER_BE;
    return ls_arena_printf(arena, "%s%zu%s", kind, 8 * bytes, big ? " big-endian" : "");
}

static const char *type_name(hid_t type, struct ls_arena *arena)
{
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
    case H5T_FLOAT:
        return number_name(type, arena);
    case H5T_STRING:
        return "string";
    case H5T_ENUM:
        return "enum";
    case H5T_COMPOUND:
        return "compound";
    case H5T_VLEN:
        return "lists of variable length";
    case H5T_ARRAY:
        return "array";
    case H5T_REFERENCE:
        return "reference";
    case H5T_NO_CLASS:
    case H5T_TIME:
    case H5T_BITFIELD:
    case H5T_OPAQUE:
    case H5T_NCLASSES:
        break;
    }
    return "opaque";
}

static const char *filter_name(H5Z_filter_t filter)
{
    switch (filter) {
    case H5Z_FILTER_DEFLATE:
        return "gzip";
    case H5Z_FILTER_SHUFFLE:
        return "shuffle";
    case H5Z_FILTER_FLETCHER32:
        return "fletcher32";
    case H5Z_FILTER_SZIP:
        return "szip";
    case H5Z_FILTER_NBIT:
        return "nbit";
    case H5Z_FILTER_SCALEOFFSET:
        return "scaleoffset";
    default:
        return NULL;
    }
}

static const char *chunked_name(hid_t creation, struct ls_arena *arena)
{
    hsize_t chunk[H5S_MAX_RANK];
    struct ls_hdf5_shape shape = {.axes = H5Pget_chunk(creation, H5S_MAX_RANK, chunk)};
    for (int a = 0; a < shape.axes && a < LS_HDF5_AXES; a++)
        shape.dims[a] = chunk[a];
    char text[LS_SHAPE_TEXT];
    const char *name = ls_arena_printf(arena, "chunks %s", ls_hdf5_shape_text(&shape, text));
    const int n = H5Pget_nfilters(creation);
    for (int f = 0; name && f < n; f++) {
        unsigned flags = 0, config = 0;
        size_t values = 0;
        const H5Z_filter_t filter =
            H5Pget_filter2(creation, (unsigned)f, &flags, &values, NULL, 0, NULL, &config);
        const char *known = filter_name(filter);
        name = known ? ls_arena_printf(arena, "%s, %s", name, known)
                     : ls_arena_printf(arena, "%s, filter %d", name, (int)filter);
    }
    return name;
}

static const char *layout_name(hid_t creation, struct ls_arena *arena)
{
    switch (H5Pget_layout(creation)) {
    case H5D_COMPACT:
        return "compact";
    case H5D_CONTIGUOUS:
        return H5Pget_external_count(creation) > 0 ? "in other files" : "contiguous";
    case H5D_CHUNKED:
        return chunked_name(creation, arena);
    case H5D_VIRTUAL:
        return "virtual";
    case H5D_LAYOUT_ERROR:
    case H5D_NLAYOUTS:
        break;
    }
    return "unknown";
}

static ls_status describe(const char *path, hid_t dataset, struct ls_file_entry *entry,
                          bool *numbers, struct ls_arena *arena)
{
    struct ls_hdf5_shape shape;
    LS_TRY(ls_hdf5_shape_get(path, entry->path, dataset, &shape));
    char text[LS_SHAPE_TEXT];
    const hid_t type = H5Dget_type(dataset), creation = H5Dget_create_plist(dataset);
    if (type < 0 || creation < 0)
        return ls_hdf5_damaged(path, entry->path);
    entry->shape = ls_arena_strdup(arena, ls_hdf5_shape_text(&shape, text));
    entry->type = type_name(type, arena);
    entry->layout = layout_name(creation, arena);
    entry->stored_bytes = H5Dget_storage_size(dataset);
    ls_hdf5_close(type);
    ls_hdf5_close(creation);
    *numbers = (shape.class == H5T_INTEGER || shape.class == H5T_FLOAT) && shape.axes >= 2 &&
               shape.axes <= LS_HDF5_AXES;
    return entry->shape && entry->type && entry->layout ? LS_OK : LS_OTHER;
}

static ls_status inspect_file(const char *path, const char *inputs, hid_t file,
                              struct ls_inspection *inspection, struct ls_arena *arena)
{
    size_t n = 0;
    const char **names = NULL;
    LS_TRY(ls_hdf5_datasets(path, file, "/", &n, &names, arena));
    inspection->entries = ls_arena_get(arena, n, sizeof *inspection->entries);
    if (!inspection->entries)
        return LS_OTHER;
    for (; inspection->n_entries < n; inspection->n_entries++) {
        struct ls_file_entry *entry = &inspection->entries[inspection->n_entries];
        entry->path = names[inspection->n_entries];
        bool numbers = false;
        const hid_t dataset = H5Dopen2(file, entry->path, H5P_DEFAULT);
        const ls_status status = dataset < 0 ? ls_hdf5_damaged(path, entry->path)
                                             : describe(path, dataset, entry, &numbers, arena);
        ls_hdf5_close(dataset);
        LS_TRY(status);
        if (numbers && strcmp(entry->path + (inputs[0] != '/'), inputs) == 0)
            inspection->kind = LS_FILE_DATASET;
    }
    size_t n_formats = 0;
    const char *const *format = NULL;
    LS_TRY(ls_hdf5_strings(path, file, "format", &n_formats, &format, arena));
    if (n_formats == 1 && strcmp(format[0], LS_CHECKPOINT_FORMAT) == 0)
        inspection->kind = LS_FILE_CHECKPOINT;
    hsize_t bytes = 0;
    if (H5Fget_filesize(file, &bytes) < 0)
        return ls_hdf5_damaged(path, "its size");
    inspection->file_bytes = bytes;
    return LS_OK;
}

ls_status ls_inspect(const char *path, const char *inputs, struct ls_inspection *inspection,
                     struct ls_arena *arena)
{
    *inspection = (struct ls_inspection){.kind = LS_FILE_OTHER};
    hid_t file = 0;
    ls_hdf5_lock();
    ls_status status = ls_hdf5_open(path, &file);
    if (status == LS_OK)
        status = inspect_file(path, inputs, file, inspection, arena);
    ls_hdf5_close(file);
    ls_hdf5_unlock();
    return status;
}
