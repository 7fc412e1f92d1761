#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "io/cause.h"
#include "io/checkpoint_file.h"
#include "src/base/dims.h"

enum { MOST_COMPRESSION = 1100 }; /* of deflate */
enum { PIECE = 16 * 1024 };       /* losses read at a time */

/* Guards the allocation against a file that claims more than it can hold. */
static ls_status check_tensor(const char *path, hid_t file, const struct ls_hdf5_shape *shape,
                              const char *name, struct ls_tensor *tensor)
{
    char text[LS_SHAPE_TEXT];
    if (shape->class != H5T_FLOAT || shape->axes < 1 || shape->axes > LS_HDF5_AXES)
        return ls_fail(LS_DATA, "%s: %s of shape %s is no tensor of reals with 1 to %d axes", path,
                       name, ls_hdf5_shape_text(shape, text), LS_HDF5_AXES);
    hsize_t file_bytes = 0;
    if (H5Fget_filesize(file, &file_bytes) < 0)
        return ls_hdf5_damaged(path, name);
    uint64_t bytes = shape->element_bytes;
    bool possible = true;
    for (int a = 0; a < shape->axes; a++) {
        tensor->dims[a] = (size_t)shape->dims[a];
        possible = possible && !__builtin_mul_overflow(bytes, shape->dims[a], &bytes);
    }
    if (!possible || bytes == 0 || bytes / MOST_COMPRESSION > file_bytes)
        return ls_fail(LS_DATA, "%s is damaged: %s claims an impossible shape: %s", path, name,
                       ls_hdf5_shape_text(shape, text));
    tensor->axes = shape->axes;
    return LS_OK;
}

static ls_status read_tensor(const char *path, hid_t file, const char *name, hid_t dataset,
                             struct ls_tensor *tensor, struct ls_arena *arena)
{
    struct ls_hdf5_shape shape;
    LS_TRY(ls_hdf5_shape_get(path, name, dataset, &shape));
    LS_TRY(check_tensor(path, file, &shape, name, tensor));
    size_t len = 1;
    for (int a = 0; a < tensor->axes; a++)
        len *= tensor->dims[a];
    tensor->data = ls_arena_get(arena, len, sizeof *tensor->data);
    if (!tensor->data)
        return LS_OTHER;
    if (H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor->data) < 0)
        return ls_hdf5_damaged(path, name);
    return LS_OK;
}

ls_status ls_tensor_read(const char *path, hid_t file, const char *name, struct ls_tensor *tensor,
                         struct ls_arena *arena)
{
    *tensor = (struct ls_tensor){.path = name};
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    const ls_status status = dataset < 0 ? ls_hdf5_damaged(path, name)
                                         : read_tensor(path, file, name, dataset, tensor, arena);
    ls_hdf5_close(dataset);
    return status;
}

/* A scalar or an integer, such as PyTorch's num_batches_tracked. */
static ls_status is_passed_over(const char *path, hid_t file, const char *name, bool *pass)
{
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    struct ls_hdf5_shape shape = {0};
    const ls_status status =
        dataset < 0 ? ls_hdf5_damaged(path, name) : ls_hdf5_shape_get(path, name, dataset, &shape);
    ls_hdf5_close(dataset);
    *pass = shape.class == H5T_INTEGER || (shape.class == H5T_FLOAT && shape.axes == 0);
    return status;
}

ls_status ls_tensors_read(const char *path, hid_t file, const char *group, size_t *n,
                          struct ls_tensor **tensors, struct ls_arena *arena)
{
    size_t n_names = 0;
    const char **names = NULL;
    LS_TRY(ls_hdf5_datasets(path, file, group, &n_names, &names, arena));
    struct ls_tensor *all = ls_arena_get(arena, *n + n_names, sizeof *all);
    if (!all)
        return LS_OTHER;
    if (*n)
        memcpy(all, *tensors, *n * sizeof *all);
    for (size_t i = 0; i < n_names; i++) {
        bool pass = false;
        LS_TRY(is_passed_over(path, file, names[i], &pass));
        if (pass)
            continue;
        LS_TRY(ls_tensor_read(path, file, names[i], &all[*n], arena));
        *n += 1;
    }
    *tensors = all;
    return LS_OK;
}

/* Values [begin, begin + n) of a list. */
static herr_t read_part(hid_t dataset, hsize_t begin, hsize_t n, float *values)
{
    const hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(1, &n, NULL);
    herr_t error = H5Sselect_hyperslab(space, H5S_SELECT_SET, &begin, NULL, &n, NULL);
    if (error >= 0)
        error = H5Dread(dataset, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, values);
    ls_hdf5_close(memory);
    ls_hdf5_close(space);
    return error;
}

/* Reads a list of n losses through, for its checksums. */
static ls_status check_losses(const char *path, hid_t file, const char *name, uint64_t n)
{
    float losses[PIECE];
    struct ls_hdf5_shape shape = {0};
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    ls_status status =
        dataset < 0 ? ls_hdf5_damaged(path, name) : ls_hdf5_shape_get(path, name, dataset, &shape);
    if (status == LS_OK && (shape.class != H5T_FLOAT || shape.axes != 1 || shape.dims[0] != n))
        status = ls_fail(LS_DATA, "%s is damaged: %s is no list of %llu losses", path, name,
                         (unsigned long long)n);
    for (uint64_t at = 0; status == LS_OK && at < n; at += PIECE)
        if (read_part(dataset, at, n - at < PIECE ? n - at : PIECE, losses) < 0)
            status = ls_hdf5_damaged(path, name);
    ls_hdf5_close(dataset);
    return status;
}

static ls_status read_all(const char *path, hid_t file, struct ls_checkpoint *checkpoint,
                          struct ls_arena *arena)
{
    LS_TRY(ls_checkpoint_read_head(path, file, checkpoint, arena));
    LS_TRY(
        ls_tensors_read(path, file, "/model", &checkpoint->n_tensors, &checkpoint->tensors, arena));
    if (ls_hdf5_has(file, "/optimizer"))
        LS_TRY(ls_tensors_read(path, file, "/optimizer", &checkpoint->n_tensors,
                               &checkpoint->tensors, arena));
    if (checkpoint->n_losses > 0)
        LS_TRY(check_losses(path, file, "/sampler/loss", checkpoint->n_losses));
    if (checkpoint->has_pool)
        LS_TRY(check_losses(path, file, "/sampler/pool", checkpoint->n_losses));
    if (checkpoint->sum && checkpoint->sum != ls_checkpoint_sum(checkpoint))
        return ls_fail(LS_DATA, "%s is damaged: it does not hold what its checksum says", path);
    return LS_OK;
}

ls_status ls_checkpoint_read(const char *path, struct ls_checkpoint *checkpoint,
                             struct ls_arena *arena)
{
    *checkpoint = (struct ls_checkpoint){.path = ls_arena_strdup(arena, path)};
    if (!checkpoint->path)
        return LS_OTHER;
    hid_t file = 0;
    ls_hdf5_lock();
    ls_status status = ls_hdf5_open(path, &file);
    if (status == LS_OK)
        status = read_all(path, file, checkpoint, arena);
    ls_hdf5_close(file);
    ls_hdf5_unlock();
    return status;
}

ls_status ls_checkpoint_read_model(const char *path, size_t *n_tensors, struct ls_tensor **tensors,
                                   struct ls_arena *arena)
{
    *n_tensors = 0;
    *tensors = NULL;
    hid_t file = 0;
    ls_hdf5_lock();
    ls_status status = ls_hdf5_open(path, &file);
    if (status == LS_OK && !ls_hdf5_has(file, "/model"))
        status = ls_fail(LS_DATA, "%s has no group /model, where weights are looked for", path);
    if (status == LS_OK)
        status = ls_tensors_read(path, file, "/model", n_tensors, tensors, arena);
    if (status == LS_OK && *n_tensors == 0)
        status = ls_fail(LS_DATA, "%s: the group /model holds no tensors", path);
    ls_hdf5_close(file);
    ls_hdf5_unlock();
    return status;
}

static ls_status read_array(const char *path, hid_t file, hid_t dataset, struct ls_array *array,
                            struct ls_arena *arena)
{
    static const size_t element[] = {sizeof(float), sizeof(double), sizeof(int32_t),
                                     sizeof(uint64_t)};
    const hid_t memory[] = {H5T_NATIVE_FLOAT, H5T_NATIVE_DOUBLE, H5T_NATIVE_INT32,
                            H5T_NATIVE_UINT64};
    struct ls_hdf5_shape shape;
    LS_TRY(ls_hdf5_shape_get(path, array->path, dataset, &shape));
    hsize_t file_bytes = 0;
    uint64_t len = 1;
    bool possible = shape.axes >= 1 && shape.axes <= LS_HDF5_AXES &&
                    (shape.class == H5T_FLOAT || shape.class == H5T_INTEGER) &&
                    H5Fget_filesize(file, &file_bytes) >= 0;
    for (int a = 0; possible && a < shape.axes; a++) {
        array->dims[a] = (size_t)shape.dims[a];
        possible = !__builtin_mul_overflow(len, shape.dims[a], &len);
    }
    if (!possible || len == 0 || len > file_bytes)
        return ls_fail(LS_DATA, "%s is damaged: %s is not what it should be", path, array->path);
    array->axes = shape.axes;
    array->data = ls_arena_get(arena, len, element[array->type]);
    if (!array->data)
        return LS_OTHER;
    if (H5Dread(dataset, memory[array->type], H5S_ALL, H5S_ALL, H5P_DEFAULT, array->data) < 0)
        return ls_hdf5_damaged(path, array->path);
    return LS_OK;
}

ls_status ls_checkpoint_read_array(const char *path, const char *name, enum ls_array_type type,
                                   struct ls_array *array, struct ls_arena *arena)
{
    *array = (struct ls_array){.path = name, .type = type};
    hid_t file = 0, dataset = 0;
    ls_hdf5_lock();
    ls_status status = ls_hdf5_open(path, &file);
    if (status == LS_OK && ls_hdf5_has(file, name)) {
        dataset = H5Dopen2(file, name, H5P_DEFAULT);
        status = dataset < 0 ? ls_hdf5_damaged(path, name)
                             : read_array(path, file, dataset, array, arena);
        ls_hdf5_close(dataset);
    }
    ls_hdf5_close(file);
    ls_hdf5_unlock();
    return status;
}

ls_status ls_checkpoint_read_losses(const char *path, const char *name, uint64_t begin, size_t n,
                                    float *losses)
{
    hid_t file = 0, dataset = -1;
    ls_hdf5_lock();
    ls_status status = ls_hdf5_open(path, &file);
    if (status == LS_OK) {
        dataset = H5Dopen2(file, name, H5P_DEFAULT);
        if (dataset < 0 || read_part(dataset, begin, n, losses) < 0)
            status = ls_hdf5_damaged(path, name);
    }
    ls_hdf5_close(dataset);
    ls_hdf5_close(file);
    ls_hdf5_unlock();
    return status;
}
