/* The parts of a checkpoint that are not tensors. */
#include <string.h>

#include "io/cause.h"
#include "io/checkpoint_file.h"

enum { MAX_AXES = 3 };

/* Up to max values; *len is how many there are. */
static ls_status get_numbers(const char *path, hid_t object, const char *name, hid_t type,
                             size_t max, void *values, size_t *len)
{
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0)
        return ls_fail(LS_DATA, "%s is damaged: attribute %s is missing", path, name);
    const hid_t space = H5Aget_space(attribute), found = H5Aget_type(attribute);
    const hssize_t n = H5Sget_simple_extent_npoints(space);
    const H5T_class_t class = H5Tget_class(found);
    ls_status status = LS_OK;
    if (n < 1 || (size_t)n > max || (class != H5T_INTEGER && class != H5T_FLOAT))
        status =
            ls_fail(LS_DATA, "%s is damaged: attribute %s is not what it should be", path, name);
    else if (H5Aread(attribute, type, values) < 0)
        status = ls_hdf5_damaged(path, name);
    *len = (size_t)n;
    ls_hdf5_close(found);
    ls_hdf5_close(space);
    ls_hdf5_close(attribute);
    return status;
}

static ls_status get_u64(const char *path, hid_t object, const char *name, uint64_t *value)
{
    size_t len;
    return get_numbers(path, object, name, H5T_NATIVE_UINT64, 1, value, &len);
}

static ls_status get_text(const char *path, hid_t object, const char *name, const char **text,
                          struct ls_arena *arena)
{
    size_t n = 0;
    const char *const *strings = NULL;
    LS_TRY(ls_hdf5_strings(path, object, name, &n, &strings, arena));
    if (n != 1)
        return ls_fail(LS_DATA, "%s is damaged: attribute %s is missing", path, name);
    *text = strings[0];
    return LS_OK;
}

static ls_status check_format(const char *path, hid_t file, uint64_t *version,
                              struct ls_arena *arena)
{
    if (H5Aexists(file, "format") == 0)
        return ls_fail(LS_DATA, "%s is not a Lockstep checkpoint (no attribute format)", path);
    const char *format = NULL;
    LS_TRY(get_text(path, file, "format", &format, arena));
    if (strcmp(format, LS_CHECKPOINT_FORMAT) != 0)
        return ls_fail(LS_DATA, "%s is not a Lockstep checkpoint (its format is %.40s)", path,
                       format);
    LS_TRY(get_u64(path, file, "format_version", version));
    if (*version > LS_CHECKPOINT_VERSION)
        return ls_fail(LS_DATA, "%s: format version %llu is newer than this program's %d", path,
                       (unsigned long long)*version, LS_CHECKPOINT_VERSION);
    return LS_OK;
}

static ls_status get_input(const char *path, hid_t file, struct ls_shape *input)
{
    uint64_t dims[MAX_AXES];
    size_t axes = 0;
    LS_TRY(get_numbers(path, file, "input_shape", H5T_NATIVE_UINT64, MAX_AXES, dims, &axes));
    *input = (struct ls_shape){.axes = (int)axes, .c = dims[0], .h = 1, .w = 1};
    if (axes > 1)
        input->w = dims[axes - 1];
    if (axes > 2)
        input->h = dims[1];
    return LS_OK;
}

static ls_status get_root(const char *path, hid_t file, uint64_t version,
                          struct ls_checkpoint *checkpoint, struct ls_arena *arena)
{
    size_t len;
    LS_TRY(get_u64(path, file, "epoch", &checkpoint->epoch));
    LS_TRY(get_u64(path, file, "step", &checkpoint->step));
    LS_TRY(get_u64(path, file, "sample", &checkpoint->sample));
    LS_TRY(get_u64(path, file, "seed", &checkpoint->seed));
    LS_TRY(get_u64(path, file, "shards", &checkpoint->shards));
    LS_TRY(get_input(path, file, &checkpoint->input));
    LS_TRY(get_text(path, file, "engine", &checkpoint->engine, arena));
    LS_TRY(get_text(path, file, "libm", &checkpoint->libm, arena));
    LS_TRY(get_numbers(path, file, "best_metric", H5T_NATIVE_DOUBLE, 1, &checkpoint->best_metric,
                       &len));
    if (version < 2)
        return LS_OK;
    LS_TRY(get_u64(path, file, "best_step", &checkpoint->best_step));
    return get_u64(path, file, "checksum", &checkpoint->sum);
}

static ls_status check_sampler(const char *path, hid_t file, const struct ls_checkpoint *checkpoint)
{
    const hid_t group = H5Gopen2(file, "/sampler", H5P_DEFAULT);
    if (group < 0)
        return ls_hdf5_damaged(path, "/sampler");
    uint64_t epoch = 0, position = 0;
    ls_status status = get_u64(path, group, "epoch", &epoch);
    if (status == LS_OK)
        status = get_u64(path, group, "position", &position);
    if (status == LS_OK && (epoch != checkpoint->epoch || position != checkpoint->sample))
        status = ls_fail(LS_DATA, "%s is damaged: /sampler disagrees with the position", path);
    ls_hdf5_close(group);
    return status;
}

/* How many samples' losses there are. */
static ls_status get_losses(const char *path, hid_t file, uint64_t *n)
{
    static const char name[] = "/sampler/loss";
    struct ls_hdf5_shape shape = {0};
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    const ls_status status =
        dataset < 0 ? ls_hdf5_damaged(path, name) : ls_hdf5_shape_get(path, name, dataset, &shape);
    ls_hdf5_close(dataset);
    LS_TRY(status);
    if (shape.class != H5T_FLOAT || shape.axes != 1)
        return ls_fail(LS_DATA, "%s is damaged: %s is not a list of losses", path, name);
    *n = shape.dims[0];
    return LS_OK;
}

static ls_status read_cells(const char *path, const char *name, hid_t dataset, size_t *n,
                            const char *const **strings, struct ls_arena *arena)
{
    struct ls_hdf5_shape shape;
    LS_TRY(ls_hdf5_shape_get(path, name, dataset, &shape));
    const hsize_t stored = H5Dget_storage_size(dataset);
    if (shape.class != H5T_STRING || shape.axes != 1 || shape.dims[0] == 0 ||
        stored / shape.element_bytes < shape.dims[0])
        return ls_fail(LS_DATA, "%s is damaged: %s is no list of strings", path, name);
    const size_t len = (size_t)shape.dims[0], cell = shape.element_bytes;
    char *cells = ls_arena_get(arena, len, cell);
    const char **copies = ls_arena_get(arena, len, sizeof *copies);
    if (!cells || !copies)
        return LS_OTHER;
    const hid_t type = H5Dget_type(dataset);
    const bool fixed = H5Tis_variable_str(type) == 0;
    const herr_t error = fixed ? H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, cells) : -1;
    ls_hdf5_close(type);
    if (error < 0)
        return ls_hdf5_damaged(path, name);
    for (size_t i = 0; i < len; i++) {
        copies[i] = ls_arena_printf(arena, "%.*s", (int)cell, cells + i * cell);
        if (!copies[i])
            return LS_OTHER;
    }
    *n = len;
    *strings = copies;
    return LS_OK;
}

static ls_status get_strings(const char *path, hid_t file, const char *name, size_t *n,
                             const char *const **strings, struct ls_arena *arena)
{
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    const ls_status status = dataset < 0 ? ls_hdf5_damaged(path, name)
                                         : read_cells(path, name, dataset, n, strings, arena);
    ls_hdf5_close(dataset);
    return status;
}

static ls_status get_normalize(const char *path, hid_t file, struct ls_checkpoint *checkpoint,
                               struct ls_arena *arena)
{
    struct ls_tensor mean, std;
    LS_TRY(ls_tensor_read(path, file, "/normalize/mean", &mean, arena));
    LS_TRY(ls_tensor_read(path, file, "/normalize/std", &std, arena));
    if (mean.axes != 1 || std.axes != 1 || mean.dims[0] != std.dims[0])
        return ls_fail(LS_DATA, "%s is damaged: /normalize/mean and std do not belong together",
                       path);
    checkpoint->n_normalize = mean.dims[0];
    checkpoint->mean = mean.data;
    checkpoint->std = std.data;
    return LS_OK;
}

/* What older files do not have. */
static ls_status get_refused(const char *path, hid_t file, struct ls_checkpoint *checkpoint)
{
    size_t len = 0;
    checkpoint->lr_factor = 1;
    if (H5Aexists(file, "lr_factor") <= 0)
        return LS_OK;
    LS_TRY(get_u64(path, file, "skipped", &checkpoint->skipped));
    LS_TRY(get_u64(path, file, "rollbacks", &checkpoint->rollbacks));
    return get_numbers(path, file, "lr_factor", H5T_NATIVE_DOUBLE, 1, &checkpoint->lr_factor, &len);
}

ls_status ls_checkpoint_read_head(const char *path, hid_t file, struct ls_checkpoint *checkpoint,
                                  struct ls_arena *arena)
{
    size_t one = 0;
    const char *const *job = NULL;
    uint64_t version = 0;
    LS_TRY(check_format(path, file, &version, arena));
    LS_TRY(get_root(path, file, version, checkpoint, arena));
    LS_TRY(get_refused(path, file, checkpoint));
    LS_TRY(check_sampler(path, file, checkpoint));
    LS_TRY(get_strings(path, file, "/job", &one, &job, arena));
    checkpoint->job = job[0];
    if (ls_hdf5_has(file, "/failure/error")) {
        const char *const *error = NULL;
        LS_TRY(get_strings(path, file, "/failure/error", &one, &error, arena));
        checkpoint->error = error[0];
    }
    if (ls_hdf5_has(file, "/classes"))
        LS_TRY(get_strings(path, file, "/classes", &checkpoint->n_classes, &checkpoint->classes,
                           arena));
    checkpoint->has_pool = ls_hdf5_has(file, "/sampler/pool");
    if (ls_hdf5_has(file, "/sampler/loss"))
        LS_TRY(get_losses(path, file, &checkpoint->n_losses));
    if (ls_hdf5_has(file, "/normalize"))
        LS_TRY(get_normalize(path, file, checkpoint, arena));
    return LS_OK;
}
