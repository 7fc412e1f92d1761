#include <string.h>

#include "io/cause.h"
#include "io/column.h"
#include "io/dataset.h"

struct dataset {
    hid_t file;
    struct ls_column x, y, groups; /* those that there are not stay zeroed */
    int64_t *classes;              /* (classes_capacity) scratch for classes handed out as values */
    size_t classes_capacity;
};

static ls_status read_x(void *context, const uint64_t *samples, size_t n, float *x)
{
    struct dataset *dataset = context;
    return ls_column_read(&dataset->x, samples, n, x);
}

static ls_status read_classes(void *context, const uint64_t *samples, size_t n, int64_t *classes)
{
    struct dataset *dataset = context;
    LS_ASSERT(dataset->y.integers);
    return ls_column_read(&dataset->y, samples, n, classes);
}

static ls_status read_values(void *context, const uint64_t *samples, size_t n, float *values)
{
    struct dataset *dataset = context;
    LS_ASSERT(dataset->y.len > 0);
    if (!dataset->y.integers)
        return ls_column_read(&dataset->y, samples, n, values);
    if (n > dataset->classes_capacity) {
        ls_free(dataset->classes);
        dataset->classes_capacity = 0;
        dataset->classes = ls_alloc(n, sizeof *dataset->classes);
        if (!dataset->classes)
            return LS_OTHER;
        dataset->classes_capacity = n;
    }
    LS_TRY(ls_column_read(&dataset->y, samples, n, dataset->classes));
    for (size_t i = 0; i < n; i++)
        values[i] = (float)dataset->classes[i];
    return LS_OK;
}

static ls_status read_groups(void *context, const uint64_t *samples, size_t n, int64_t *groups)
{
    struct dataset *dataset = context;
    LS_ASSERT(dataset->groups.integers);
    return ls_column_read(&dataset->groups, samples, n, groups);
}

static void expect(void *context, const uint64_t *samples, size_t n)
{
    struct dataset *dataset = context;
    ls_column_expect(&dataset->x, samples, n);
}

static void close_locked(struct dataset *dataset)
{
    ls_column_close(&dataset->x);
    ls_column_close(&dataset->y);
    ls_column_close(&dataset->groups);
    ls_hdf5_close(dataset->file);
    ls_free(dataset->classes);
    ls_free(dataset);
}

static void close_dataset(void *context)
{
    ls_hdf5_lock();
    close_locked(context);
    ls_hdf5_unlock();
}

static const struct ls_source_ops dataset_ops = {
    .read_x = read_x,
    .read_classes = read_classes,
    .read_values = read_values,
    .read_groups = read_groups,
    .expect = expect,
    .close = close_dataset,
};

/* "train.h5 has no dataset x; it has images, labels: name one in data.inputs" */
static ls_status missing(const char *path, hid_t file, const char *name, const char *key,
                         struct ls_arena *arena)
{
    size_t n = 0;
    const char **names = NULL;
    LS_TRY(ls_hdf5_datasets(path, file, "/", &n, &names, arena));
    if (n == 0)
        return ls_fail(LS_DATA, "%s has no dataset %s, and no other dataset either", path, name);
    char list[400] = "";
    size_t used = 0;
    for (size_t i = 0; i < n && used < sizeof list; i++)
        used +=
            (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i] + 1);
    return ls_fail(LS_DATA, "%s has no dataset %s; it has %s: name one in data.%s", path, name,
                   list, key);
}

static ls_status open_x(struct ls_source *source, struct dataset *dataset, const char *inputs,
                        struct ls_arena *arena)
{
    if (!ls_hdf5_has(dataset->file, inputs))
        return missing(source->path, dataset->file, inputs, "inputs", arena);
    struct ls_column *x = &dataset->x;
    LS_TRY(ls_column_open(x, dataset->file, source->path, inputs, false));
    char text[LS_SHAPE_TEXT];
    if (x->shape.axes < 2)
        return ls_fail(LS_DATA,
                       "%s: dataset %s has the shape %s, expected (N, F), (N, C, L) or "
                       "(N, C, H, W)",
                       source->path, inputs, ls_hdf5_shape_text(&x->shape, text));
    const hsize_t *dims = x->shape.dims;
    source->len = x->len;
    source->shape = (struct ls_shape){.axes = x->shape.axes - 1, .c = dims[1], .h = 1, .w = 1};
    if (x->shape.axes == 3)
        source->shape.w = dims[2];
    if (x->shape.axes == 4) {
        source->shape.h = dims[2];
        source->shape.w = dims[3];
    }
    return LS_OK;
}

/* Classes are one integer a sample; anything else are values. */
static ls_status are_classes(const char *path, hid_t file, const char *labels, bool *classes)
{
    const hid_t id = H5Dopen2(file, labels, H5P_DEFAULT);
    if (id < 0)
        return ls_fail(LS_DATA, "%s: %s cannot be opened as a dataset: %s", path, labels,
                       ls_cause_hdf5());
    struct ls_hdf5_shape shape;
    const ls_status status = ls_hdf5_shape_get(path, labels, id, &shape);
    ls_hdf5_close(id);
    if (status == LS_OK)
        *classes = shape.class == H5T_INTEGER && shape.axes == 1;
    return status;
}

static ls_status open_y(struct ls_source *source, struct dataset *dataset, const char *labels)
{
    if (!labels || !ls_hdf5_has(dataset->file, labels))
        return LS_OK;
    struct ls_column *y = &dataset->y;
    bool classes = false;
    LS_TRY(are_classes(source->path, dataset->file, labels, &classes));
    LS_TRY(ls_column_open(y, dataset->file, source->path, labels, classes));
    char text[LS_SHAPE_TEXT];
    if (y->shape.axes > 2)
        return ls_fail(LS_DATA,
                       "%s: dataset %s has the shape %s, expected (N) integers for classes or "
                       "(N, K) reals",
                       source->path, labels, ls_hdf5_shape_text(&y->shape, text));
    if (y->len != dataset->x.len)
        return ls_fail(LS_DATA, "%s: dataset %s has %zu samples but dataset %s has %zu",
                       source->path, dataset->x.name, dataset->x.len, labels, y->len);
    source->has_labels = true;
    source->labels_are_classes = classes;
    source->label_len = y->row_len;
    return LS_OK;
}

static ls_status open_groups(struct ls_source *source, struct dataset *dataset, const char *name,
                             struct ls_arena *arena)
{
    if (!ls_hdf5_has(dataset->file, name))
        return missing(source->path, dataset->file, name, "groups", arena);
    struct ls_column *const groups = &dataset->groups;
    char text[LS_SHAPE_TEXT];
    bool whole = false;
    LS_TRY(are_classes(source->path, dataset->file, name, &whole));
    LS_TRY(ls_column_open(groups, dataset->file, source->path, name, whole));
    if (!whole)
        return ls_fail(LS_DATA,
                       "%s: dataset %s has the shape %s and holds %s, expected (N) integers for "
                       "groups",
                       source->path, name, ls_hdf5_shape_text(&groups->shape, text),
                       groups->shape.class == H5T_INTEGER ? "integers" : "reals");
    if (groups->len != dataset->x.len)
        return ls_fail(LS_DATA, "%s: dataset %s has %zu samples but dataset %s has %zu",
                       source->path, dataset->x.name, dataset->x.len, name, groups->len);
    source->has_groups = true;
    return ls_hdf5_strings(source->path, groups->id, "classes", &source->n_group_names,
                           &source->group_names, arena);
}

static ls_status open_all(struct ls_source *source, struct dataset *dataset, const char *inputs,
                          const char *labels, const char *groups, struct ls_arena *arena)
{
    LS_TRY(ls_hdf5_open(source->path, &dataset->file));
    LS_TRY(open_x(source, dataset, inputs, arena));
    LS_TRY(open_y(source, dataset, labels));
    if (source->has_labels)
        LS_TRY(ls_hdf5_strings(source->path, dataset->y.id, "classes", &source->n_class_names,
                               &source->class_names, arena));
    if (source->n_class_names == 0)
        LS_TRY(ls_hdf5_strings(source->path, dataset->file, "classes", &source->n_class_names,
                               &source->class_names, arena));
    return groups ? open_groups(source, dataset, groups, arena) : LS_OK;
}

/* What every rank finds for itself. */
static ls_status open_here(struct ls_source *source, const char *path, const char *inputs,
                           const char *labels, const char *groups, struct ls_arena *arena)
{
    source->path = ls_arena_strdup(arena, path);
    const char *x = ls_arena_strdup(arena, inputs);
    const char *y = labels ? ls_arena_strdup(arena, labels) : NULL;
    const char *const g = groups ? ls_arena_strdup(arena, groups) : NULL;
    struct dataset *dataset = ls_alloc(1, sizeof *dataset);
    if (!source->path || !x || (labels && !y) || (groups && !g) || !dataset) {
        ls_free(dataset);
        return LS_OTHER;
    }
    source->ops = &dataset_ops;
    source->context = dataset;
    ls_hdf5_lock();
    const ls_status status = open_all(source, dataset, x, y, g, arena);
    ls_hdf5_unlock();
    return status;
}

/* Ranks may have come by another file of the same name, each on its host. */
static ls_status check_same(const struct ls_source *source, const struct dataset *dataset,
                            const struct ls_peers *peers)
{
    enum { FACTS = 9 };
    const struct ls_column *const x = &dataset->x, *const y = &dataset->y;
    const uint64_t mine[FACTS] = {x->len,        x->row_len,         x->held_bytes,
                                  x->chunked,    x->chunk_len,       y->row_len,
                                  y->held_bytes, source->has_labels, dataset->groups.held_bytes};
    uint64_t first[FACTS];
    memcpy(first, mine, sizeof first);
    ls_broadcast(peers, first, sizeof first);
    ls_status status = LS_OK;
    if (memcmp(first, mine, sizeof first) != 0)
        status = ls_fail(LS_DATA, "%s is another file than on rank 0", source->path);
    return ls_agree(peers, status);
}

/* All of a column that is read before training, where it fits into what is left of `memory`. */
static ls_status hold_all(struct ls_source *source, struct ls_column *column, size_t memory,
                          const struct ls_peers *peers, bool *shared, struct ls_arena *arena)
{
    const size_t left = memory - source->held;
    LS_TRY(
        ls_column_hold(column, ls_column_bytes(column) <= left ? left : 0, peers, shared, arena));
    source->held += column->n_held * column->row_len * column->held_bytes;
    return LS_OK;
}

/* The labels first: they are few. */
static ls_status hold(struct ls_source *source, struct dataset *dataset, size_t memory,
                      const struct ls_peers *peers, struct ls_arena *arena)
{
    struct ls_column *const x = &dataset->x, *const y = &dataset->y;
    bool x_shared = true, y_shared = true, groups_shared = true;
    if (source->has_labels)
        LS_TRY(hold_all(source, y, memory, peers, &y_shared, arena));
    if (source->has_groups)
        LS_TRY(hold_all(source, &dataset->groups, memory, peers, &groups_shared, arena));
    LS_TRY(ls_column_hold(x, memory - source->held, peers, &x_shared, arena));
    source->held += x->n_held * x->row_len * x->held_bytes;
    if (!x_shared || !y_shared || !groups_shared)
        source->note = ls_arena_printf(arena, "%s is read from the file as it is needed: %s",
                                       source->path, ls_message());
    else if (x->chunk_len > 1 && x->n_held < x->len)
        source->note = ls_arena_printf(
            arena,
            "%s: dataset %s is larger than data.memory, so that in shuffled order most samples "
            "cost "
            "reading a chunk of %zu; raise it, or lay them out plainly by h5repack -l %s:CONTI",
            source->path, x->name, x->chunk_len, x->name);
    return LS_OK;
}

ls_status ls_dataset_open(struct ls_source *source, const char *path, const char *inputs,
                          const char *labels, const char *groups, size_t memory,
                          const struct ls_peers *peers, struct ls_arena *arena)
{
    *source = (struct ls_source){0};
    ls_status status = ls_agree(peers, open_here(source, path, inputs, labels, groups, arena));
    if (status == LS_OK)
        status = check_same(source, source->context, peers);
    if (status == LS_OK)
        status = hold(source, source->context, memory, peers, arena);
    if (status != LS_OK)
        ls_source_close(source);
    return status;
}
