#include "tests/memory.h"

#include <string.h>

#include "src/base/philox.h"

double memory_random(uint64_t index)
{
    return 2 * (double)ls_uniform(ls_philox(7, 7, index).word[0]) - 1;
}

static ls_status read_x(void *context, const uint64_t *samples, size_t n, float *x)
{
    const struct memory *const m = context;
    const size_t len = ls_shape_len(m->source.shape);
    for (size_t i = 0; i < n; i++) {
        if ((int64_t)samples[i] == m->bad)
            return ls_fail(LS_DATA, "memory: cannot read sample %lld", (long long)m->bad);
        memcpy(x + i * len, m->x + samples[i] * len, len * sizeof *x);
    }
    return LS_OK;
}

static ls_status read_classes(void *context, const uint64_t *samples, size_t n, int64_t *classes)
{
    const struct memory *const m = context;
    for (size_t i = 0; i < n; i++)
        classes[i] = m->classes[samples[i]];
    return LS_OK;
}

static ls_status read_values(void *context, const uint64_t *samples, size_t n, float *values)
{
    const struct memory *const m = context;
    const size_t len = m->source.label_len;
    for (size_t i = 0; i < n; i++)
        memcpy(values + i * len, m->values + samples[i] * len, len * sizeof *values);
    return LS_OK;
}

static void close_nothing(void *context)
{
    (void)context;
}

void memory_init(struct memory *m, uint64_t len, struct ls_shape shape, size_t k, size_t values,
                 struct ls_arena *arena)
{
    static const struct ls_source_ops ops = {.read_x = read_x,
                                             .read_classes = read_classes,
                                             .read_values = read_values,
                                             .close = close_nothing};
    *m = (struct memory){.bad = MEMORY_ALL_GOOD};
    m->source = (struct ls_source){.ops = &ops,
                                   .context = m,
                                   .lock = PTHREAD_MUTEX_INITIALIZER,
                                   .path = "memory",
                                   .len = len,
                                   .shape = shape,
                                   .has_labels = k + values > 0,
                                   .labels_are_classes = k > 0,
                                   .label_len = k > 0 ? 1 : values};
    m->x = ls_arena_get(arena, len * ls_shape_len(shape), sizeof *m->x);
    for (uint64_t i = 0; i < len * ls_shape_len(shape); i++)
        m->x[i] = (float)memory_random(i);
    if (k > 0)
        m->classes = ls_arena_get(arena, len, sizeof *m->classes);
    for (uint64_t i = 0; k > 0 && i < len; i++)
        m->classes[i] = (int64_t)(i * 7 % k);
    if (values > 0)
        m->values = ls_arena_get(arena, len * values, sizeof *m->values);
    for (uint64_t i = 0; i < len * values; i++)
        m->values[i] = (float)memory_random(~i);
}
