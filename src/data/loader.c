#include "src/data/loader.h"

#include <pthread.h>
#include <string.h>

#include "src/data/labels.h"
#include "src/sampler/sampler.h"

/* Buffers: one that is trained on, two ahead of it or more where they are small, so that a reader
 * that has to wait for a processor still has steps in hand. */
enum { MIN_BUFFERS = 3, MAX_BUFFERS = 8, BUFFERS_BYTES = 8 << 20 };

struct ls_loader {
    struct ls_loader_spec spec;
    struct ls_arena arena;
    struct ls_batch batch[MAX_BUFFERS];
    uint64_t buffers;
    float *raw;                /* (max_n, C, H, W) a shard as read */
    int64_t *labels;           /* (max_n) */
    float *values;             /* (max_n, K) */
    struct ls_sampler sampler; /* where the plan is drawn by one */

    pthread_t thread;
    bool started;
    pthread_mutex_t lock;      /* of what follows */
    pthread_cond_t read, room; /* a batch is ready; a buffer is free, or the loader stops */
    uint64_t limit;            /* see the spec; UINT64_MAX: none */
    uint64_t wanted;           /* the reader may fill steps below this one */
    uint64_t filled;           /* steps below this one are ready */
    uint64_t next;             /* step that ls_loader_next gives next */
    bool stop;
};

ls_status ls_loader_check_labels(const struct ls_source *source, enum ls_target_kind target,
                                 size_t k)
{
    if (!source->has_labels)
        return ls_fail(LS_DATA, "%s has no labels", source->path);
    if (target == LS_TARGET_CLASS && !source->labels_are_classes)
        return ls_fail(LS_DATA,
                       "%s: the loss takes classes, y of shape (N) and an integer type, but y "
                       "holds %zu real value%s a sample (try loss: mse or bce)",
                       source->path, source->label_len, source->label_len == 1 ? "" : "s");
    if (target == LS_TARGET_VALUES && source->label_len != k)
        return ls_fail(LS_DATA, "%s: y has %zu value%s a sample, but the model gives %zu output%s",
                       source->path, source->label_len, source->label_len == 1 ? "" : "s", k,
                       k == 1 ? "" : "s");
    return LS_OK;
}

static ls_status read_labels(struct ls_loader *loader, struct ls_batch *batch, size_t at, size_t n)
{
    const struct ls_loader_spec *const spec = &loader->spec;
    const uint64_t *const samples = batch->samples + at;
    if (spec->target == LS_TARGET_VALUES) {
        LS_TRY(ls_source_read_values(spec->source, samples, n, loader->values));
        batch->refused = LS_REFUSED_Y;
        if (spec->check)
            LS_TRY(ls_source_check_finite(spec->source, "y", loader->values, spec->k, samples, n));
        batch->refused = LS_REFUSED_SHARE;
        for (size_t i = 0; i < n * spec->k; i++) {
            const float value = loader->values[i];
            if (spec->shares && !(value >= 0 && value <= 1))
                return ls_fail(LS_DATA, "%s: a label of sample %llu is %g, expected 0 to 1",
                               spec->source->path, (unsigned long long)samples[i / spec->k],
                               (double)value);
            batch->values[at * spec->k + i] = LS_R(value);
        }
        batch->refused = LS_REFUSED_NOT;
        return LS_OK;
    }
    LS_TRY(ls_source_read_classes(spec->source, samples, n, loader->labels));
    batch->refused = LS_REFUSED_CLASS;
    for (size_t i = 0; i < n; i++) {
        if (loader->labels[i] < 0 || (uint64_t)loader->labels[i] >= spec->k)
            return ls_label_fail(spec->source, samples[i], loader->labels[i], spec->k);
        batch->classes[at + i] = (int32_t)loader->labels[i];
    }
    batch->refused = LS_REFUSED_NOT;
    return LS_OK;
}

/* Whether the model sees samples as the source gives them. */
static bool as_read(const struct ls_loader_spec *spec)
{
    const struct ls_transform *const t = spec->transform;
    if (t->mean || t->own || ls_corrupts(t) || sizeof(real) != sizeof(float))
        return false;
    if (t->shape.axes == 1)
        return true;
    return t->shape.c == 1 && !(spec->training && (t->augment.flip || t->augment.crop_pad > 0));
}

static ls_status read_shard(struct ls_loader *loader, struct ls_batch *batch, int shard)
{
    const struct ls_loader_spec *const spec = &loader->spec;
    const size_t len = ls_shape_len(spec->source->shape);
    const size_t at = (size_t)shard * batch->max_n, n = batch->n[shard];
    const uint64_t *const samples = batch->samples + at;
    real *const x = batch->x + at * len;
    const bool ready = as_read(spec);
    float *const raw = ready ? (float *)(void *)x : loader->raw;
    LS_TRY(ls_source_read_x(spec->source, samples, n, raw));
    batch->refused = LS_REFUSED_X;
    if (spec->check)
        LS_TRY(ls_source_check_finite(spec->source, "x", raw, len, samples, n));
    batch->refused = LS_REFUSED_NOT;
    for (size_t i = 0; i < n && !ready; i++)
        ls_transform(spec->transform, spec->training, batch->occasions[at + i], samples[i],
                     raw + i * len, x + i * len);
    if (spec->labels && !spec->to_input)
        LS_TRY(read_labels(loader, batch, at, n));
    if (spec->labels && spec->to_input)
        for (size_t i = 0; i < n; i++)
            ls_transform_to_file(spec->transform->shape, x + i * len,
                                 batch->values + (at + i) * len);
    for (size_t i = 0; i < n && spec->training && ls_corrupts(spec->transform); i++)
        ls_corrupt(spec->transform, batch->occasions[at + i], samples[i], x + i * len);
    return LS_OK;
}

/* The samples of n rows, from `row` of the global batch on. */
static void take_rows(struct ls_loader *loader, struct ls_batch *batch,
                      const struct ls_plan_step *step, const struct ls_pick *picks, int shard)
{
    const size_t row = batch->row[shard], n = batch->n[shard];
    uint64_t *const samples = batch->samples + (size_t)shard * batch->max_n;
    uint64_t *const occasions = batch->occasions + (size_t)shard * batch->max_n;
    if (!picks)
        ls_plan_samples(loader->spec.plan, step, row, n, samples);
    for (size_t i = 0; i < n; i++) {
        occasions[i] = picks ? picks[row + i].occasion : step->epoch;
        samples[i] = picks ? picks[row + i].sample : samples[i];
    }
    ls_source_expect(loader->spec.source, samples, n);
}

/* All samples are named before the first is read, so that a disk works on many at once. */
static void choose(struct ls_loader *loader, struct ls_batch *batch,
                   const struct ls_plan_step *step)
{
    const struct ls_loader_spec *const spec = &loader->spec;
    const struct ls_tree *const tree = spec->tree;
    const size_t first = ls_shard_row(step->n, tree->shards, tree->first);
    const size_t last = ls_shard_row(step->n, tree->shards, tree->last);
    const struct ls_pick *const picks =
        ls_plan_is_drawn(spec->plan)
            ? ls_sampler_batch(&loader->sampler, batch->step, first, last - first)
            : NULL;
    for (int i = 0; i < tree->last - tree->first; i++) {
        const int shard = tree->first + i;
        batch->row[i] = ls_shard_row(step->n, tree->shards, shard);
        batch->n[i] = ls_shard_row(step->n, tree->shards, shard + 1) - batch->row[i];
        take_rows(loader, batch, step, picks, i);
    }
}

static void fill(struct ls_loader *loader, uint64_t s)
{
    const struct ls_loader_spec *const spec = &loader->spec;
    const struct ls_plan_step step = ls_plan_step(spec->plan, s);
    struct ls_batch *const batch = &loader->batch[s % loader->buffers];
    batch->step = s;
    batch->epoch = step.epoch;
    batch->global_n = step.n;
    batch->status = LS_OK;
    batch->refused = LS_REFUSED_NOT;
    choose(loader, batch, &step);
    for (int i = 0; i < spec->tree->last - spec->tree->first && batch->status == LS_OK; i++)
        batch->status = read_shard(loader, batch, i);
    if (batch->status != LS_OK)
        (void)snprintf(batch->message, sizeof batch->message, "%s", ls_message());
}

static void *reader(void *argument)
{
    struct ls_loader *const loader = argument;
    pthread_mutex_lock(&loader->lock);
    while (!loader->stop) {
        if (loader->filled == loader->wanted) {
            pthread_cond_wait(&loader->room, &loader->lock);
            continue;
        }
        const uint64_t s = loader->filled;
        pthread_mutex_unlock(&loader->lock);
        fill(loader, s);
        pthread_mutex_lock(&loader->lock);
        loader->filled = s + 1;
        pthread_cond_signal(&loader->read);
    }
    pthread_mutex_unlock(&loader->lock);
    return NULL;
}

/* Lets the reader fill what has room while step s is trained on. */
static void want(struct ls_loader *loader, uint64_t s)
{
    const uint64_t room = s + loader->buffers;
    const uint64_t wanted = room < loader->limit ? room : loader->limit;
    if (loader->wanted >= wanted)
        return;
    loader->wanted = wanted;
    pthread_cond_signal(&loader->room);
}

static size_t max_shard(const struct ls_loader_spec *spec)
{
    return ls_shard_max(spec->room > 0 ? spec->room : spec->plan->batch, spec->tree->shards);
}

static uint64_t choose_buffers(const struct ls_loader_spec *spec)
{
    const size_t shards = (size_t)(spec->tree->last - spec->tree->first);
    const size_t bytes =
        shards * max_shard(spec) * ls_shape_len(spec->source->shape) * sizeof(real);
    uint64_t n = MIN_BUFFERS;
    while (n < MAX_BUFFERS && (n + 1) * bytes <= BUFFERS_BYTES)
        n++;
    return n;
}

static ls_status allocate_batch(struct ls_loader *loader, struct ls_batch *batch)
{
    const struct ls_loader_spec *const spec = &loader->spec;
    struct ls_arena *const arena = &loader->arena;
    const size_t shards = (size_t)(spec->tree->last - spec->tree->first);
    batch->max_n = max_shard(spec);
    const size_t room = shards * batch->max_n;
    batch->n = ls_arena_get(arena, shards, sizeof *batch->n);
    batch->row = ls_arena_get(arena, shards, sizeof *batch->row);
    batch->samples = ls_arena_get(arena, room, sizeof *batch->samples);
    batch->occasions = ls_arena_get(arena, room, sizeof *batch->occasions);
    batch->x = ls_arena_get(arena, room * ls_shape_len(spec->source->shape), sizeof(real));
    if (spec->target == LS_TARGET_CLASS)
        batch->classes = ls_arena_get(arena, room, sizeof *batch->classes);
    else
        batch->values = ls_arena_get(arena, room * spec->k, sizeof(real));
    const bool has_targets = batch->classes || batch->values;
    const bool has_rows = batch->n && batch->row && batch->samples && batch->occasions;
    return has_rows && batch->x && has_targets ? LS_OK : LS_OTHER;
}

static ls_status allocate(struct ls_loader *loader)
{
    const struct ls_loader_spec *const spec = &loader->spec;
    for (uint64_t i = 0; i < loader->buffers; i++)
        LS_TRY(allocate_batch(loader, &loader->batch[i]));
    const size_t max_n = loader->batch[0].max_n;
    loader->raw =
        ls_arena_get(&loader->arena, max_n * ls_shape_len(spec->source->shape), sizeof(float));
    loader->labels = ls_arena_get(&loader->arena, max_n, sizeof *loader->labels);
    loader->values = ls_arena_get(&loader->arena, max_n * spec->k, sizeof(float));
    if (!loader->raw || !loader->labels || !loader->values)
        return LS_OTHER;
    return ls_plan_is_drawn(spec->plan)
               ? ls_sampler_init(&loader->sampler, spec->plan, spec->tree->shards, &loader->arena)
               : LS_OK;
}

ls_status ls_loader_create(struct ls_loader **out, const struct ls_loader_spec *spec,
                           uint64_t first)
{
    *out = NULL;
    if (spec->labels && !spec->to_input)
        LS_TRY(ls_loader_check_labels(spec->source, spec->target, spec->k));
    struct ls_loader *const loader = ls_alloc(1, sizeof *loader);
    if (!loader)
        return LS_OTHER;
    *loader = (struct ls_loader){.spec = *spec, .next = first, .filled = first, .wanted = first};
    loader->buffers = choose_buffers(spec);
    ls_arena_init(&loader->arena);
    pthread_mutex_init(&loader->lock, NULL);
    pthread_cond_init(&loader->read, NULL);
    pthread_cond_init(&loader->room, NULL);
    loader->limit = spec->limit > 0 ? spec->limit : UINT64_MAX;
    want(loader, first);
    ls_status status = allocate(loader);
    if (status == LS_OK && pthread_create(&loader->thread, NULL, reader, loader) != 0)
        status = ls_fail(LS_OTHER, "cannot start the reader thread");
    loader->started = status == LS_OK;
    if (status != LS_OK)
        ls_loader_free(loader);
    else
        *out = loader;
    return status;
}

const struct ls_batch *ls_loader_next(struct ls_loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    const uint64_t s = loader->next++;
    LS_ASSERT(s < loader->limit);
    want(loader, s); /* the step before is over: its buffer is free */
    while (loader->filled <= s)
        pthread_cond_wait(&loader->read, &loader->lock);
    pthread_mutex_unlock(&loader->lock);
    return &loader->batch[s % loader->buffers];
}

void ls_loader_limit(struct ls_loader *loader, uint64_t limit)
{
    pthread_mutex_lock(&loader->lock);
    loader->limit = limit;
    pthread_mutex_unlock(&loader->lock);
}

void ls_loader_free(struct ls_loader *loader)
{
    if (!loader)
        return;
    if (loader->started) {
        pthread_mutex_lock(&loader->lock);
        loader->stop = true;
        pthread_cond_signal(&loader->room);
        pthread_mutex_unlock(&loader->lock);
        pthread_join(loader->thread, NULL);
    }
    pthread_cond_destroy(&loader->read);
    pthread_cond_destroy(&loader->room);
    pthread_mutex_destroy(&loader->lock);
    ls_arena_release(&loader->arena);
    ls_free(loader);
}
