#include "src/data/source.h"

#include <math.h>
#include <string.h>

#include "src/base/vector.h"

ls_status ls_source_read_x(struct ls_source *source, const uint64_t *samples, size_t n, float *x)
{
    if (n == 0)
        return LS_OK;
    pthread_mutex_lock(&source->lock);
    const ls_status status = source->ops->read_x(source->context, samples, n, x);
    pthread_mutex_unlock(&source->lock);
    return status;
}

ls_status ls_source_read_classes(struct ls_source *source, const uint64_t *samples, size_t n,
                                 int64_t *classes)
{
    if (n == 0)
        return LS_OK;
    pthread_mutex_lock(&source->lock);
    const ls_status status = source->ops->read_classes(source->context, samples, n, classes);
    pthread_mutex_unlock(&source->lock);
    return status;
}

ls_status ls_source_read_groups(struct ls_source *source, const uint64_t *samples, size_t n,
                                int64_t *groups)
{
    if (n == 0)
        return LS_OK;
    pthread_mutex_lock(&source->lock);
    const ls_status status = source->ops->read_groups(source->context, samples, n, groups);
    pthread_mutex_unlock(&source->lock);
    return status;
}

ls_status ls_source_read_values(struct ls_source *source, const uint64_t *samples, size_t n,
                                float *values)
{
    if (n == 0)
        return LS_OK;
    pthread_mutex_lock(&source->lock);
    const ls_status status = source->ops->read_values(source->context, samples, n, values);
    pthread_mutex_unlock(&source->lock);
    return status;
}

void ls_source_expect(struct ls_source *source, const uint64_t *samples, size_t n)
{
    if (!source->ops->expect || n == 0)
        return;
    pthread_mutex_lock(&source->lock);
    source->ops->expect(source->context, samples, n);
    pthread_mutex_unlock(&source->lock);
}

/* By the bits: all ones in the exponent. */
LS_VECTOR static bool all_finite(const float *restrict values, size_t len)
{
    const uint32_t exponent = UINT32_C(0x7f800000);
    uint32_t bad = 0;
    for (size_t i = 0; i < len; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        bad |= (bits & exponent) == exponent;
    }
    return bad == 0;
}

ls_status ls_source_check_finite(const struct ls_source *source, const char *what,
                                 const float *values, size_t len, const uint64_t *samples, size_t n)
{
    if (all_finite(values, n * len))
        return LS_OK;
    size_t i = 0;
    while (isfinite(values[i]))
        i++;
    return ls_fail(LS_DATA, "%s: %s of sample %llu has a value that is not finite (%g)",
                   source->path, what, (unsigned long long)samples[i / len], (double)values[i]);
}

void ls_source_close(struct ls_source *source)
{
    if (source->ops)
        source->ops->close(source->context);
    *source = (struct ls_source){0};
}
