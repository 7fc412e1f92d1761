#include "src/data/source.h"

#include <math.h>

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

ls_status ls_source_check_finite(const struct ls_source *source, const char *what,
                                 const float *values, size_t len, const uint64_t *samples, size_t n)
{
    for (size_t i = 0; i < n * len; i++)
        if (!isfinite(values[i]))
            return ls_fail(LS_DATA, "%s: %s of sample %llu has a value that is not finite (%g)",
                           source->path, what, (unsigned long long)samples[i / len],
                           (double)values[i]);
    return LS_OK;
}

void ls_source_close(struct ls_source *source)
{
    if (source->ops)
        source->ops->close(source->context);
    *source = (struct ls_source){0};
}
