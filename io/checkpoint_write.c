#include <string.h>

#include "io/checkpoint_file.h"
#include "io/outfile.h"

enum { WHOLE_BYTES = 4 << 20, CHUNK_BYTES = 1 << 20 };

static ls_status put_attribute(const struct ls_outfile *out, hid_t object, const char *name,
                               hid_t disk, hid_t memory, hid_t space, const void *value)
{
    const hid_t attribute = H5Acreate2(object, name, disk, space, H5P_DEFAULT, H5P_DEFAULT);
    const ls_status status = attribute < 0 || H5Awrite(attribute, memory, value) < 0
                                 ? ls_outfile_failed(out, name)
                                 : LS_OK;
    ls_hdf5_close(attribute);
    return status;
}

static ls_status put_u64(const struct ls_outfile *out, hid_t object, const char *name, size_t len,
                         const uint64_t *values)
{
    const hsize_t dims = len;
    const hid_t space = len == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &dims, NULL);
    const ls_status status =
        put_attribute(out, object, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, space, values);
    ls_hdf5_close(space);
    return status;
}

static ls_status put_double(const struct ls_outfile *out, hid_t object, const char *name,
                            double value)
{
    const hid_t space = H5Screate(H5S_SCALAR);
    const ls_status status =
        put_attribute(out, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, space, &value);
    ls_hdf5_close(space);
    return status;
}

/* Fixed length, as HDF5 puts no checksum on the heap of strings of variable length. */
static hid_t string_type(size_t bytes)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    (void)H5Tset_size(type, bytes ? bytes : 1);
    (void)H5Tset_strpad(type, H5T_STR_NULLPAD);
    (void)H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

static ls_status put_text(const struct ls_outfile *out, hid_t object, const char *name,
                          const char *text)
{
    const hid_t type = string_type(strlen(text)), space = H5Screate(H5S_SCALAR);
    const ls_status status = put_attribute(out, object, name, type, type, space, text);
    ls_hdf5_close(space);
    ls_hdf5_close(type);
    return status;
}

static ls_status put_root(const struct ls_outfile *out, const struct ls_checkpoint *checkpoint)
{
    const uint64_t version = LS_CHECKPOINT_VERSION;
    const struct ls_shape s = checkpoint->input;
    const uint64_t input[3] = {s.c, s.axes == 2 ? s.w : s.h, s.w};
    const hid_t root = out->file;
    LS_TRY(put_text(out, root, "format", LS_CHECKPOINT_FORMAT));
    LS_TRY(put_u64(out, root, "format_version", 1, &version));
    LS_TRY(put_u64(out, root, "epoch", 1, &checkpoint->epoch));
    LS_TRY(put_u64(out, root, "step", 1, &checkpoint->step));
    LS_TRY(put_u64(out, root, "sample", 1, &checkpoint->sample));
    LS_TRY(put_u64(out, root, "seed", 1, &checkpoint->seed));
    LS_TRY(put_u64(out, root, "shards", 1, &checkpoint->shards));
    /* one axis is an array of one, so that a reader needs no second case */
    const hsize_t axes = (hsize_t)s.axes;
    const hid_t space = H5Screate_simple(1, &axes, NULL);
    const ls_status status =
        put_attribute(out, root, "input_shape", H5T_STD_U64LE, H5T_NATIVE_UINT64, space, input);
    ls_hdf5_close(space);
    LS_TRY(status);
    LS_TRY(put_text(out, root, "engine", checkpoint->engine));
    LS_TRY(put_text(out, root, "libm", checkpoint->libm));
    LS_TRY(put_u64(out, root, "skipped", 1, &checkpoint->skipped));
    LS_TRY(put_u64(out, root, "rollbacks", 1, &checkpoint->rollbacks));
    LS_TRY(put_double(out, root, "lr_factor", checkpoint->lr_factor));
    LS_TRY(put_double(out, root, "best_metric", checkpoint->best_metric));
    LS_TRY(put_u64(out, root, "best_step", 1, &checkpoint->best_step));
    const uint64_t sum = ls_checkpoint_sum(checkpoint);
    return put_u64(out, root, "checksum", 1, &sum);
}

/* There also when the model has no parameters. */
static ls_status put_model(const struct ls_outfile *out)
{
    const hid_t group = H5Gcreate2(out->file, "/model", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ls_hdf5_close(group);
    return group < 0 ? ls_outfile_failed(out, "/model") : LS_OK;
}

static ls_status put_sampler(const struct ls_outfile *out, const struct ls_checkpoint *checkpoint)
{
    const hid_t group = H5Gcreate2(out->file, "/sampler", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (group < 0)
        return ls_outfile_failed(out, "/sampler");
    ls_status status = put_u64(out, group, "epoch", 1, &checkpoint->epoch);
    if (status == LS_OK)
        status = put_u64(out, group, "position", 1, &checkpoint->sample);
    ls_hdf5_close(group);
    return status;
}

/* One chunk when small; otherwise as many whole rows as fit, or pieces of a row. */
static void choose_chunk(int axes, const hsize_t *dims, size_t element, hsize_t *chunk)
{
    uint64_t bytes = element;
    for (int a = axes - 1; a >= 0; a--)
        bytes *= dims[a];
    const uint64_t limit = bytes < WHOLE_BYTES ? WHOLE_BYTES : CHUNK_BYTES;
    bytes = element;
    for (int a = axes - 1; a >= 0; a--) {
        const uint64_t room = bytes < limit ? limit / bytes : 1;
        chunk[a] = dims[a] < room ? dims[a] : room;
        bytes *= chunk[a];
        if (chunk[a] < dims[a])
            bytes = limit; /* the axes before it are cut to 1 */
    }
}

static ls_status put_array(const struct ls_outfile *out, const char *name, int axes,
                           const hsize_t *dims, hid_t disk, hid_t memory, const void *values)
{
    hsize_t chunk[LS_HDF5_AXES];
    choose_chunk(axes, dims, H5Tget_size(disk), chunk);
    const hid_t links = H5Pcreate(H5P_LINK_CREATE), creation = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = H5Screate_simple(axes, dims, NULL);
    hid_t dataset = 0;
    ls_status status = LS_OK;
    if (H5Pset_create_intermediate_group(links, 1) < 0 || H5Pset_chunk(creation, axes, chunk) < 0 ||
        H5Pset_fletcher32(creation) < 0 || H5Pset_obj_track_times(creation, false) < 0 ||
        (dataset = H5Dcreate2(out->file, name, disk, space, links, creation, H5P_DEFAULT)) < 0 ||
        H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        status = ls_outfile_failed(out, name);
    ls_hdf5_close(dataset);
    ls_hdf5_close(space);
    ls_hdf5_close(creation);
    ls_hdf5_close(links);
    return status;
}

static ls_status put_floats(const struct ls_outfile *out, const char *name, int axes,
                            const size_t *lens, const float *values)
{
    hsize_t dims[LS_HDF5_AXES];
    for (int a = 0; a < axes; a++)
        dims[a] = lens[a];
    return put_array(out, name, axes, dims, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values);
}

/* n strings in cells of the longest one's length. */
static ls_status put_strings(const struct ls_outfile *out, const char *name, size_t n,
                             const char *const *strings)
{
    size_t cell = 1;
    for (size_t i = 0; i < n; i++)
        if (strlen(strings[i]) > cell)
            cell = strlen(strings[i]);
    char *cells = ls_alloc(n, cell);
    if (!cells)
        return LS_OTHER;
    for (size_t i = 0; i < n; i++)
        memcpy(cells + i * cell, strings[i], strlen(strings[i]));
    const hsize_t len = n;
    const hid_t type = string_type(cell);
    const ls_status status = put_array(out, name, 1, &len, type, type, cells);
    ls_hdf5_close(type);
    ls_free(cells);
    return status;
}

static ls_status put_failure(const struct ls_outfile *out, const struct ls_checkpoint *checkpoint)
{
    const hid_t disk[] = {H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_STD_I32LE, H5T_STD_U64LE};
    const hid_t memory[] = {H5T_NATIVE_FLOAT, H5T_NATIVE_DOUBLE, H5T_NATIVE_INT32,
                            H5T_NATIVE_UINT64};
    for (size_t i = 0; i < checkpoint->n_arrays; i++) {
        const struct ls_array *const array = &checkpoint->arrays[i];
        hsize_t dims[LS_HDF5_AXES];
        for (int a = 0; a < array->axes; a++)
            dims[a] = array->dims[a];
        if (array->axes > 0)
            LS_TRY(put_array(out, array->path, array->axes, dims, disk[array->type],
                             memory[array->type], array->data));
    }
    return checkpoint->error ? put_strings(out, "/failure/error", 1, &checkpoint->error) : LS_OK;
}

static ls_status put_losses(const struct ls_outfile *out, const struct ls_checkpoint *checkpoint)
{
    const size_t n = (size_t)checkpoint->n_losses;
    if (n > 0)
        LS_TRY(put_floats(out, "/sampler/loss", 1, &n, checkpoint->losses));
    return n > 0 && checkpoint->has_pool ? put_floats(out, "/sampler/pool", 1, &n, checkpoint->pool)
                                         : LS_OK;
}

static ls_status put_all(const struct ls_outfile *out, const struct ls_checkpoint *checkpoint)
{
    LS_TRY(put_root(out, checkpoint));
    LS_TRY(put_sampler(out, checkpoint));
    LS_TRY(put_model(out));
    LS_TRY(put_strings(out, "/job", 1, &checkpoint->job));
    if (checkpoint->n_classes)
        LS_TRY(put_strings(out, "/classes", checkpoint->n_classes, checkpoint->classes));
    if (checkpoint->n_normalize) {
        LS_TRY(put_floats(out, "/normalize/mean", 1, &checkpoint->n_normalize, checkpoint->mean));
        LS_TRY(put_floats(out, "/normalize/std", 1, &checkpoint->n_normalize, checkpoint->std));
    }
    for (size_t t = 0; t < checkpoint->n_tensors; t++) {
        const struct ls_tensor *tensor = &checkpoint->tensors[t];
        ls_hdf5_yield();
        LS_TRY(put_floats(out, tensor->path, tensor->axes, tensor->dims, tensor->data));
    }
    LS_TRY(put_losses(out, checkpoint));
    return put_failure(out, checkpoint);
}

/* What the disk must hold: the data, a checksum a chunk, and about a page of metadata each. */
static uint64_t bytes_needed(const struct ls_checkpoint *checkpoint)
{
    uint64_t bytes = strlen(checkpoint->job) + 8 * checkpoint->n_normalize;
    bytes += checkpoint->n_losses * (checkpoint->has_pool ? 2 : 1) * sizeof(float);
    for (size_t t = 0; t < checkpoint->n_tensors; t++) {
        const struct ls_tensor *tensor = &checkpoint->tensors[t];
        LS_ASSERT(tensor->axes >= 1 && tensor->axes <= LS_HDF5_AXES);
        LS_ASSERT(strncmp(tensor->path, "/model/", 7) == 0 ||
                  strncmp(tensor->path, "/optimizer/", 11) == 0);
        uint64_t len = sizeof(float);
        for (int a = 0; a < tensor->axes; a++)
            len *= tensor->dims[a];
        LS_ASSERT(len > 0);
        bytes += len + 4096;
    }
    for (size_t i = 0; i < checkpoint->n_arrays; i++) {
        uint64_t len = sizeof(double);
        for (int a = 0; a < checkpoint->arrays[i].axes; a++)
            len *= checkpoint->arrays[i].dims[a];
        bytes += len + 4096;
    }
    return bytes;
}

/* The lock is let go of while the disk is waited for. */
static ls_status write_file(struct ls_outfile *out, const struct ls_checkpoint *checkpoint)
{
    LS_TRY(ls_outfile_reserve(out, bytes_needed(checkpoint)));
    ls_hdf5_lock();
    ls_status status = put_all(out, checkpoint);
    if (status == LS_OK)
        status = ls_outfile_close(out);
    ls_hdf5_unlock();
    LS_TRY(status);
    LS_TRY(ls_outfile_sync(out));
    ls_hdf5_lock();
    status = ls_checkpoint_verify(out->temp, checkpoint);
    ls_hdf5_unlock();
    if (status != LS_OK)
        return ls_within(LS_DATA, "cannot write %s: reading it back", out->path);
    return ls_outfile_commit(out);
}

ls_status ls_checkpoint_write(const char *path, const struct ls_checkpoint *checkpoint)
{
    struct ls_outfile out;
    ls_hdf5_lock();
    ls_status status = ls_outfile_create(&out, path);
    ls_hdf5_unlock();
    LS_TRY(status);
    status = write_file(&out, checkpoint);
    ls_hdf5_lock();
    ls_outfile_release(&out);
    ls_hdf5_unlock();
    return status;
}
