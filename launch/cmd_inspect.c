#include <inttypes.h>
#include <string.h>

#include "io/checkpoint.h"
#include "io/dataset.h"
#include "io/inspect.h"
#include "launch/command.h"

enum { PIECE = 65536, MAX_CLASSES = 1 << 20 };

struct flags {
    const char *inputs, *labels;
};

static const struct ls_option flags[] = {
    {"inputs", LS_STRING, offsetof(struct flags, inputs), "x", 0, 0, NULL,
     "dataset of the samples"},
    {"labels", LS_STRING, offsetof(struct flags, labels), "y", 0, 0, NULL, "dataset of the labels"},
    {0},
};

static int widest(int width, const char *text)
{
    const int len = (int)strlen(text);
    return len > width ? len : width;
}

static void print_entries(const struct ls_inspection *inspection)
{
    int path = 0, shape = 0, type = 0;
    for (size_t i = 0; i < inspection->n_entries; i++) {
        path = widest(path, inspection->entries[i].path);
        shape = widest(shape, inspection->entries[i].shape);
        type = widest(type, inspection->entries[i].type);
    }
    for (size_t i = 0; i < inspection->n_entries; i++) {
        const struct ls_file_entry *entry = &inspection->entries[i];
        (void)printf("  %-*s  %-*s  %-*s  %s\n", path, entry->path, shape, entry->shape, type,
                     entry->type, entry->layout);
    }
}

static ls_status count(struct ls_source *source, struct ls_arena *arena, uint64_t *counts,
                       size_t *n_classes)
{
    uint64_t *samples = ls_arena_get(arena, PIECE, sizeof *samples);
    int64_t *classes = ls_arena_get(arena, PIECE, sizeof *classes);
    if (!samples || !classes)
        return LS_OTHER;
    for (uint64_t done = 0; done < source->len;) {
        const size_t n = source->len - done < PIECE ? (size_t)(source->len - done) : PIECE;
        for (size_t i = 0; i < n; i++)
            samples[i] = done + i;
        LS_TRY(ls_source_read_classes(source, samples, n, classes));
        for (size_t i = 0; i < n; i++) {
            if (classes[i] < 0 || classes[i] >= MAX_CLASSES)
                return ls_fail(LS_DATA, "%s: the label of sample %" PRIu64 " is %" PRId64,
                               source->path, done + i, classes[i]);
            counts[classes[i]]++;
            if ((size_t)classes[i] >= *n_classes)
                *n_classes = (size_t)classes[i] + 1;
        }
        done += n;
    }
    return LS_OK;
}

static ls_status print_classes(struct ls_source *source, struct ls_arena *arena)
{
    uint64_t *counts = ls_arena_get(arena, MAX_CLASSES, sizeof *counts);
    size_t n_classes = source->n_class_names;
    if (!counts)
        return LS_OTHER;
    LS_TRY(count(source, arena, counts, &n_classes));
    int width = widest(0, "class");
    for (size_t i = 0; i < source->n_class_names; i++)
        width = widest(width, source->class_names[i]);
    (void)printf("\n%7s  %-*s  %12s  %7s\n", "label", width, "class", "samples", "share");
    for (size_t i = 0; i < n_classes; i++)
        (void)printf("%7zu  %-*s  %12" PRIu64 "  %6.2f%%\n", i, width,
                     i < source->n_class_names ? source->class_names[i] : "", counts[i],
                     100 * (double)counts[i] / (double)source->len);
    return LS_OK;
}

static ls_status inspect_dataset(const struct ls_command_call *call)
{
    const struct flags *given = call->flags;
    struct ls_source source = {0};
    char shape[LS_SHAPE_TEXT];
    const struct ls_peers alone = ls_peers_alone(); /* the other ranks are not here */
    LS_TRY(ls_dataset_open(&source, call->positional[0], given->inputs, given->labels, NULL, 0,
                           &alone, call->arena));
    (void)printf("%" PRIu64 " samples of %s", source.len, ls_shape_text(source.shape, shape));
    ls_status status = LS_OK;
    if (!source.has_labels) {
        (void)puts(", no labels");
    } else if (source.labels_are_classes) {
        (void)puts(", labels are classes");
        status = print_classes(&source, call->arena);
    } else {
        (void)printf(", %zu values each\n", source.label_len);
    }
    ls_source_close(&source);
    return status;
}

static ls_status inspect_checkpoint(const struct ls_command_call *call)
{
    struct ls_checkpoint checkpoint;
    char shape[LS_SHAPE_TEXT];
    size_t parameters = 0;
    LS_TRY(ls_checkpoint_read(call->positional[0], &checkpoint, call->arena));
    for (size_t i = 0; i < checkpoint.n_tensors; i++) {
        const struct ls_tensor *tensor = &checkpoint.tensors[i];
        size_t len = 1;
        for (int axis = 0; axis < tensor->axes; axis++)
            len *= tensor->dims[axis];
        parameters += strncmp(tensor->path, "/model/", 7) == 0 ? len : 0;
    }
    (void)printf("%zu numbers in the model, input %s\n", parameters,
                 ls_shape_text(checkpoint.input, shape));
    (void)printf("step %" PRIu64 ", epoch %" PRIu64 " and %" PRIu64 " samples, seed %" PRIu64
                 ", %" PRIu64 " shards\n",
                 checkpoint.step, checkpoint.epoch, checkpoint.sample, checkpoint.seed,
                 checkpoint.shards);
    (void)printf("engine %s, %s\n", checkpoint.engine, checkpoint.libm);
    if (checkpoint.n_classes > 0)
        (void)printf("%zu classes\n", checkpoint.n_classes);
    (void)printf("\njob:\n%s", checkpoint.job);
    return LS_OK;
}

static ls_status run(const struct ls_command_call *call)
{
    const struct flags *given = call->flags;
    struct ls_inspection inspection;
    static const char *const kinds[] = {[LS_FILE_CHECKPOINT] = "a checkpoint of Lockstep",
                                        [LS_FILE_DATASET] = "a dataset",
                                        [LS_FILE_OTHER] =
                                            "HDF5, neither a dataset nor a checkpoint of Lockstep"};
    LS_TRY(ls_inspect(call->positional[0], given->inputs, &inspection, call->arena));
    (void)printf("%s: %s, %" PRIu64 " bytes\n", call->positional[0], kinds[inspection.kind],
                 inspection.file_bytes);
    print_entries(&inspection);
    if (inspection.kind == LS_FILE_DATASET)
        return inspect_dataset(call);
    return inspection.kind == LS_FILE_CHECKPOINT ? inspect_checkpoint(call) : LS_OK;
}

extern const struct ls_command_ops ls_command_inspect;
const struct ls_command_ops ls_command_inspect = {
    .name = "inspect",
    .help = "what a dataset, a checkpoint or another HDF5 file holds",
    .usage = "FILE",
    .flags = flags,
    .flags_bytes = sizeof(struct flags),
    .min_positional = 1,
    .max_positional = 1,
    .run = run,
};
