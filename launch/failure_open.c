/* From failure.h5 to the step that was refused, ready to run again. */
#include <math.h>
#include <string.h>

#include "launch/failure.h"
#include "launch/state.h"

/* What the file has, read by every rank. */
struct content {
    struct ls_checkpoint checkpoint;
    struct ls_array x, y, samples, occasions, steps, gradients, start, numbers;
};

static ls_status read_one(const char *path, const char *name, enum ls_array_type type,
                          struct ls_array *array, struct ls_arena *arena)
{
    LS_TRY(ls_checkpoint_read_array(path, name, type, array, arena));
    return array->axes > 0 ? LS_OK : ls_fail(LS_DATA, "%s is damaged: %s is missing", path, name);
}

static ls_status read_all(const char *path, struct content *c, struct ls_arena *arena)
{
    LS_TRY(ls_checkpoint_read(path, &c->checkpoint, arena));
    if (!c->checkpoint.error)
        return ls_fail(LS_DATA, "%s tells of no failure: examine takes a run's failure.h5", path);
    LS_TRY(read_one(path, "/batch/x", LS_ARRAY_F32, &c->x, arena));
    LS_TRY(read_one(path, "/batch/samples", LS_ARRAY_U64, &c->samples, arena));
    LS_TRY(read_one(path, "/batch/occasions", LS_ARRAY_U64, &c->occasions, arena));
    LS_TRY(read_one(path, "/batch/y", LS_ARRAY_F64, &c->y, arena));
    LS_TRY(read_one(path, "/history/steps", LS_ARRAY_F64, &c->steps, arena));
    LS_TRY(read_one(path, "/history/gradients", LS_ARRAY_F64, &c->gradients, arena));
    LS_TRY(read_one(path, "/history/start", LS_ARRAY_F64, &c->start, arena));
    return read_one(path, "/failure/numbers", LS_ARRAY_F64, &c->numbers, arena);
}

static size_t len_of(const struct ls_array *array)
{
    size_t len = 1;
    for (int a = 0; a < array->axes; a++)
        len *= array->dims[a];
    return len;
}

/* Whether the arrays belong together, and to the model. */
static ls_status check(const char *path, const struct content *c, const struct ls_session *s)
{
    const size_t n = c->samples.dims[0], rows = c->steps.dims[0];
    const size_t layers = (size_t)s->model.n_layers;
    const bool values = s->loss.ops->target == LS_TARGET_VALUES;
    const size_t numbers = sizeof(struct ls_history_row) / sizeof(double);
    bool good = len_of(&c->x) == n * ls_shape_len(c->checkpoint.input) &&
                len_of(&c->occasions) == n && len_of(&c->y) == n * (values ? s->loss.k : 1) &&
                rows <= LS_HISTORY && len_of(&c->steps) == rows * numbers &&
                len_of(&c->gradients) == rows * layers && len_of(&c->start) == layers &&
                len_of(&c->numbers) == LS_FAILURE_NUMBERS;
    const double *const y = c->y.data;
    for (size_t i = 0; good && !values && i < n; i++)
        good = y[i] >= 0 && y[i] < (double)s->loss.k;
    return good ? LS_OK
                : ls_fail(LS_DATA, "%s is damaged: its arrays do not belong together", path);
}

static struct ls_scale scale_of(const double *numbers)
{
    return (struct ls_scale){.most = numbers[0],
                             .value = numbers[1],
                             .others = numbers[2],
                             .typical = numbers[3],
                             .sample = (uint64_t)numbers[4],
                             .element = (uint64_t)numbers[5]};
}

static ls_status take_history(struct ls_failure *f, const struct content *c)
{
    const double *const numbers = c->numbers.data;
    LS_TRY(ls_history_init(&f->history, (size_t)f->session.model.n_layers, f->session.arena));
    f->history.len = c->steps.dims[0];
    memcpy(f->history.row, c->steps.data, len_of(&c->steps) * sizeof(double));
    memcpy(f->history.gradients, c->gradients.data, len_of(&c->gradients) * sizeof(double));
    memcpy(f->history.start, c->start.data, len_of(&c->start) * sizeof(double));
    f->history.start_at = numbers[LS_FAILURE_START];
    f->has_past = numbers[LS_FAILURE_HAS_PAST] > 0;
    f->past_x = scale_of(numbers + LS_FAILURE_PAST_X);
    f->past_y = scale_of(numbers + LS_FAILURE_PAST_Y);
    return LS_OK;
}

static void fill_shard(struct ls_failure *f, const struct content *c, int shard)
{
    const struct ls_session *const s = &f->session;
    struct ls_batch *const b = &f->batch;
    const size_t len = ls_shape_len(s->train.shape), k = s->loss.k;
    const float *const x = c->x.data;
    const double *const y = c->y.data;
    const uint64_t *const samples = c->samples.data, *const occasions = c->occasions.data;
    for (size_t i = 0; i < b->n[shard]; i++) {
        const size_t row = b->row[shard] + i, at = (size_t)shard * b->max_n + i;
        b->samples[at] = samples[row];
        b->occasions[at] = occasions[row];
        ls_transform(&s->transform, true, occasions[row], samples[row], x + row * len,
                     b->x + at * len);
        if (b->classes)
            b->classes[at] = (int32_t)y[row];
        for (size_t p = 0; b->values && p < k; p++)
            b->values[at * k + p] = LS_R(y[row * k + p]);
    }
}

/* This rank's part of the batch, as the loader gave it. */
static ls_status make_batch(struct ls_failure *f, const struct content *c)
{
    const struct ls_session *const s = &f->session;
    struct ls_batch *const b = &f->batch;
    const size_t n = c->samples.dims[0], shards = (size_t)(s->tree.last - s->tree.first);
    *b = (struct ls_batch){.step = c->checkpoint.step,
                           .epoch = c->checkpoint.epoch,
                           .global_n = n,
                           .max_n = ls_shard_max(s->room, s->tree.shards)};
    const size_t room = shards * b->max_n, len = ls_shape_len(s->train.shape);
    b->n = ls_arena_get(s->arena, shards, sizeof *b->n);
    b->row = ls_arena_get(s->arena, shards, sizeof *b->row);
    b->samples = ls_arena_get(s->arena, room, sizeof *b->samples);
    b->occasions = ls_arena_get(s->arena, room, sizeof *b->occasions);
    b->x = ls_arena_get(s->arena, room * len, sizeof *b->x);
    if (s->loss.ops->target == LS_TARGET_CLASS)
        b->classes = ls_arena_get(s->arena, room, sizeof *b->classes);
    else
        b->values = ls_arena_get(s->arena, room * s->loss.k, sizeof *b->values);
    const bool has_rows = b->n && b->row && b->samples && b->occasions && b->x;
    if (!has_rows || !(b->classes || b->values))
        return LS_OTHER;
    for (int i = 0; i < (int)shards; i++) {
        const int shard = s->tree.first + i;
        b->row[i] = ls_shard_row(n, s->tree.shards, shard);
        b->n[i] = ls_shard_row(n, s->tree.shards, shard + 1) - b->row[i];
        fill_shard(f, c, i);
    }
    return LS_OK;
}

static ls_status plan_trainer(struct ls_failure *f)
{
    struct ls_session *const s = &f->session;
    const struct ls_job *const job = &s->job;
    const struct ls_trainer_spec spec = ls_session_trainer(s);
    LS_TRY(ls_workspace_init(&f->ws, &s->model, &s->tree, s->peers, s->room, (int)job->threads,
                             true, s->arena));
    return ls_trainer_init(&f->trainer, &spec, &f->ws, s->arena);
}

static ls_status take_state(struct ls_failure *f, const struct content *c)
{
    LS_TRY(
        ls_within(ls_state_restore_slots(&c->checkpoint, &f->trainer), "%s", f->session.job_path));
    f->trainer.skipped = c->checkpoint.skipped;
    f->trainer.lr_factor = c->checkpoint.lr_factor;
    f->error = c->checkpoint.error;
    f->engine = c->checkpoint.engine;
    f->raw = c->x.data;
    LS_TRY(take_history(f, c));
    return make_batch(f, c);
}

ls_status ls_failure_open(struct ls_failure *f, const char *path, size_t threads,
                          const struct ls_peers *peers, struct ls_arena *arena)
{
    struct ls_session *const s = &f->session;
    struct content *const c = ls_arena_get(arena, 1, sizeof *c);
    *f = (struct ls_failure){.session = {.arena = arena, .peers = peers, .job_path = path}};
    LS_TRY(ls_agree(peers, c ? read_all(path, c, arena) : LS_OTHER));
    if (len_of(&c->numbers) == LS_FAILURE_NUMBERS) {
        const double *const numbers = c->numbers.data;
        s->plan.steps_per_epoch = (uint64_t)numbers[LS_FAILURE_PER_EPOCH];
        s->steps = (uint64_t)numbers[LS_FAILURE_STEPS];
    }
    LS_TRY(ls_session_again(s, &c->checkpoint, c->samples.dims[0], threads));
    LS_TRY(ls_agree(peers, check(path, c, s)));
    LS_TRY(plan_trainer(f));
    return ls_agree(peers, take_state(f, c));
}

void ls_failure_release(struct ls_failure *f)
{
    ls_session_release(&f->session);
}
