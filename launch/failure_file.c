/* failure.h5: a checkpoint of the state before the step, and beside it the batch as it is in the
 * data, the last steps, and the first bad tensor. */
#include <gnu/libc-version.h>
#include <math.h>
#include <string.h>

#include "launch/failure.h"
#include "launch/state.h"
#include "launch/yaml.h"

enum { ROW_NUMBERS = sizeof(struct ls_history_row) / sizeof(double) };

struct writer {
    const struct ls_examination *x;
    struct ls_arena arena;
    size_t n;
    struct ls_array arrays[LS_FAILURE_ARRAYS];
};

static void put(struct writer *w, const char *path, enum ls_array_type type, void *data, int axes,
                const size_t *dims)
{
    LS_ASSERT(w->n < LS_FAILURE_ARRAYS);
    struct ls_array *const array = &w->arrays[w->n];
    *array = (struct ls_array){.path = path, .type = type, .axes = axes, .data = data};
    memcpy(array->dims, dims, (size_t)axes * sizeof *dims);
    for (int a = 0; a < axes; a++)
        if (dims[a] == 0)
            return; /* nothing to keep */
    w->n++;
}

static ls_status put_targets(struct writer *w)
{
    const struct ls_examination *const x = w->x;
    struct ls_source *const source = &x->session->train;
    const size_t dims[2] = {x->n, x->session->loss.k};
    if (x->session->loss.ops->target == LS_TARGET_VALUES) {
        float *const values = ls_arena_get(&w->arena, dims[0] * dims[1], sizeof *values);
        if (!values)
            return LS_OTHER;
        LS_TRY(ls_source_read_values(source, x->samples, x->n, values));
        put(w, "/batch/y", LS_ARRAY_F32, values, 2, dims);
        return LS_OK;
    }
    int64_t *const labels = ls_arena_get(&w->arena, x->n, sizeof *labels);
    int32_t *const classes = ls_arena_get(&w->arena, x->n, sizeof *classes);
    if (!labels || !classes)
        return LS_OTHER;
    LS_TRY(ls_source_read_classes(source, x->samples, x->n, labels));
    for (size_t i = 0; i < x->n; i++)
        classes[i] = (int32_t)labels[i];
    put(w, "/batch/y", LS_ARRAY_I32, classes, 1, dims);
    return LS_OK;
}

static ls_status put_batch(struct writer *w)
{
    const struct ls_examination *const x = w->x;
    const struct ls_shape s = x->session->train.shape;
    const size_t dims[4] = {x->n, s.c, s.axes == 2 ? s.w : s.h, s.w};
    if (!x->raw)
        return ls_fail(LS_DATA, "the batch cannot be read again");
    put(w, "/batch/x", LS_ARRAY_F32, x->raw, s.axes + 1, dims);
    put(w, "/batch/samples", LS_ARRAY_U64, x->samples, 1, dims);
    put(w, "/batch/occasions", LS_ARRAY_U64, x->occasions, 1, dims);
    return put_targets(w);
}

static ls_status put_history(struct writer *w)
{
    const struct ls_history *const h = w->x->evidence.history;
    const size_t steps[2] = {h->len, ROW_NUMBERS}, layers[2] = {h->len, h->layers};
    struct ls_history_row *const rows = ls_arena_get(&w->arena, h->len, sizeof *rows);
    double *const gradients = ls_arena_get(&w->arena, h->len * h->layers, sizeof *gradients);
    if (!rows || !gradients)
        return LS_OTHER;
    for (size_t i = 0; i < h->len; i++) {
        rows[i] = *ls_history_row(h, i);
        memcpy(gradients + i * h->layers, ls_history_gradients(h, i),
               h->layers * sizeof *gradients);
    }
    put(w, "/history/steps", LS_ARRAY_F64, rows, 2, steps);
    put(w, "/history/gradients", LS_ARRAY_F64, gradients, 2, layers);
    put(w, "/history/start", LS_ARRAY_F64, h->start, 1, &h->layers);
    return LS_OK;
}

static void scale_numbers(const struct ls_scale *scale, double *numbers)
{
    const double all[LS_SCALE_NUMBERS] = {scale->most,           scale->value,
                                          scale->others,         scale->typical,
                                          (double)scale->sample, (double)scale->element};
    memcpy(numbers, all, sizeof all);
}

static ls_status put_numbers(struct writer *w)
{
    const struct ls_examination *const x = w->x;
    const struct ls_evidence *const e = &x->evidence;
    const size_t len = LS_FAILURE_NUMBERS;
    double *const numbers = ls_arena_get(&w->arena, len, sizeof *numbers);
    if (!numbers)
        return LS_OTHER;
    numbers[LS_FAILURE_PER_EPOCH] = (double)x->session->plan.steps_per_epoch;
    numbers[LS_FAILURE_STEPS] = (double)x->session->steps;
    numbers[LS_FAILURE_START] = e->history->start_at;
    numbers[LS_FAILURE_HAS_PAST] = e->has_past;
    numbers[LS_FAILURE_LOOKED] = e->look != NULL;
    scale_numbers(&e->past_x, numbers + LS_FAILURE_PAST_X);
    scale_numbers(&e->past_y, numbers + LS_FAILURE_PAST_Y);
    put(w, "/failure/numbers", LS_ARRAY_F64, numbers, 1, &len);
    return LS_OK;
}

static ls_status fill(struct writer *w, struct ls_checkpoint *c)
{
    const struct ls_examination *const x = w->x;
    const struct ls_session *const s = x->session;
    const uint64_t step = x->batch->step, per_epoch = s->plan.steps_per_epoch;
    const struct ls_look *const look = &x->look;
    *c = (struct ls_checkpoint){.epoch = step / per_epoch,
                                .step = step,
                                .sample = step % per_epoch * s->job.batch,
                                .seed = s->job.seed,
                                .shards = s->shards,
                                .input = s->train.shape,
                                .engine = s->engine->describe(),
                                .best_metric = (double)NAN,
                                .skipped = x->trainer->skipped,
                                .lr_factor = x->trainer->lr_factor,
                                .n_normalize = s->mean ? s->train.shape.c : 0,
                                .mean = s->mean,
                                .std = s->std,
                                .n_classes = s->n_classes,
                                .classes = s->class_names,
                                .arrays = w->arrays,
                                .error = x->error};
    c->libm = ls_arena_printf(&w->arena, "glibc %s", gnu_get_libc_version());
    if (!c->libm)
        return LS_OTHER;
    LS_TRY(ls_yaml_emit(s->root, &w->arena, &c->job));
    LS_TRY(ls_state_tensors(&s->model, x->trainer, &w->arena, c));
    LS_TRY(put_batch(w));
    LS_TRY(put_history(w));
    LS_TRY(put_numbers(w));
    if (look->tensor.axes > 0)
        put(w, "/failure/tensor", LS_ARRAY_F32, look->tensor.data, look->tensor.axes,
            look->tensor.dims);
    if (look->before.axes > 0)
        put(w, "/failure/before", LS_ARRAY_F32, look->before.data, look->before.axes,
            look->before.dims);
    c->n_arrays = w->n;
    return LS_OK;
}

ls_status ls_failure_write(const struct ls_examination *examination, const char *path)
{
    struct writer w = {.x = examination};
    struct ls_checkpoint checkpoint;
    ls_arena_init(&w.arena);
    ls_status status = fill(&w, &checkpoint);
    if (status == LS_OK)
        status = ls_checkpoint_write(path, &checkpoint);
    ls_arena_release(&w.arena);
    return status;
}
