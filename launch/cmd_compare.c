#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/checkpoint.h"
#include "launch/command.h"

/* How a tensor differs between the two files. */
struct row {
    const char *path;
    const char *note; /* instead of numbers: only in one, another shape */
    size_t differing, len;
    double absolute, relative;
};

static size_t tensor_len(const struct ls_tensor *tensor)
{
    size_t len = 1;
    for (int axis = 0; axis < tensor->axes; axis++)
        len *= tensor->dims[axis];
    return len;
}

static const struct ls_tensor *find(const struct ls_checkpoint *checkpoint, const char *path)
{
    for (size_t i = 0; i < checkpoint->n_tensors; i++)
        if (strcmp(checkpoint->tensors[i].path, path) == 0)
            return &checkpoint->tensors[i];
    return NULL;
}

static double worst(double so_far, double value)
{
    return value > so_far || isnan(value) ? value : so_far;
}

static struct row compare(const struct ls_tensor *a, const struct ls_tensor *b)
{
    struct row row = {.path = a->path, .len = tensor_len(a)};
    if (a->axes != b->axes || memcmp(a->dims, b->dims, (size_t)a->axes * sizeof *a->dims) != 0) {
        row.note = "has another shape in each";
        return row;
    }
    for (size_t i = 0; i < row.len; i++) {
        if (memcmp(&a->data[i], &b->data[i], sizeof a->data[i]) == 0)
            continue;
        const double x = (double)a->data[i], y = (double)b->data[i];
        const double difference = fabs(x - y), scale = fmax(fabs(x), fabs(y));
        row.differing++;
        row.absolute = worst(row.absolute, difference);
        row.relative = worst(row.relative, scale > 0 ? difference / scale : 0);
    }
    return row;
}

/* Notes first, then nan, then the largest relative difference. */
static int by_severity(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    if (!a->note != !b->note)
        return a->note ? -1 : 1;
    const double x = isnan(a->relative) ? (double)INFINITY : a->relative;
    const double y = isnan(b->relative) ? (double)INFINITY : b->relative;
    return x != y ? (x > y ? -1 : 1) : strcmp(a->path, b->path);
}

static void print(const struct row *rows, size_t len)
{
    int width = 6;
    for (size_t i = 0; i < len; i++)
        width = (int)strlen(rows[i].path) > width ? (int)strlen(rows[i].path) : width;
    (void)printf("%-*s  %12s  %12s  %s\n", width, "tensor", "absolute", "relative",
                 "differing elements");
    for (size_t i = 0; i < len; i++) {
        if (rows[i].note)
            (void)printf("%-*s  %s\n", width, rows[i].path, rows[i].note);
        else
            (void)printf("%-*s  %12.4g  %12.4g  %zu of %zu\n", width, rows[i].path,
                         rows[i].absolute, rows[i].relative, rows[i].differing, rows[i].len);
    }
}

static ls_status add_losses(struct ls_checkpoint *checkpoint, const char *name,
                            struct ls_arena *arena)
{
    const size_t n = (size_t)checkpoint->n_losses;
    struct ls_tensor *const tensor = &checkpoint->tensors[checkpoint->n_tensors++];
    *tensor = (struct ls_tensor){name, 1, {n}, ls_arena_get(arena, n, sizeof(float))};
    return tensor->data ? ls_checkpoint_read_losses(checkpoint->path, name, 0, n, tensor->data)
                        : LS_OTHER;
}

/* With what is remembered for hard examples as tensors more. */
static ls_status read_all(const char *path, struct ls_checkpoint *checkpoint,
                          struct ls_arena *arena)
{
    LS_TRY(ls_checkpoint_read(path, checkpoint, arena));
    struct ls_tensor *const all = ls_arena_get(arena, checkpoint->n_tensors + 2, sizeof *all);
    if (!all)
        return LS_OTHER;
    if (checkpoint->n_tensors > 0)
        memcpy(all, checkpoint->tensors, checkpoint->n_tensors * sizeof *all);
    checkpoint->tensors = all;
    if (checkpoint->n_losses > 0)
        LS_TRY(add_losses(checkpoint, "/sampler/loss", arena));
    return checkpoint->has_pool ? add_losses(checkpoint, "/sampler/pool", arena) : LS_OK;
}

static ls_status run(const struct ls_command_call *call)
{
    struct ls_checkpoint a, b;
    LS_TRY(read_all(call->positional[0], &a, call->arena));
    LS_TRY(read_all(call->positional[1], &b, call->arena));
    struct row *rows = ls_arena_get(call->arena, a.n_tensors + b.n_tensors, sizeof *rows);
    if (!rows)
        return LS_OTHER;
    size_t len = 0, parameters = 0;
    for (size_t i = 0; i < a.n_tensors; i++) {
        const struct ls_tensor *other = find(&b, a.tensors[i].path);
        const struct row row =
            other ? compare(&a.tensors[i], other)
                  : (struct row){.path = a.tensors[i].path, .note = "only in the first"};
        if (row.note || row.differing > 0)
            rows[len++] = row;
        if (strncmp(a.tensors[i].path, "/model/", 7) == 0)
            parameters += tensor_len(&a.tensors[i]);
    }
    for (size_t i = 0; i < b.n_tensors; i++)
        if (!find(&a, b.tensors[i].path))
            rows[len++] = (struct row){.path = b.tensors[i].path, .note = "only in the second"};
    if (len == 0) {
        (void)printf("equal: %zu tensors, %zu parameters, every bit\n", a.n_tensors, parameters);
        return LS_OK;
    }
    qsort(rows, len, sizeof *rows, by_severity);
    print(rows, len);
    return ls_fail(LS_OTHER, "%s", "");
}

extern const struct ls_command_ops ls_command_compare;
const struct ls_command_ops ls_command_compare = {
    .name = "compare",
    .help = "two checkpoints: equal bits (exit 0), or the largest differences by tensor (exit 1)",
    .usage = "A B",
    .min_positional = 2,
    .max_positional = 2,
    .run = run,
};
