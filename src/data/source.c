#include "src/data/source.h"

ls_status ls_source_read_x(struct ls_source *source, const uint64_t *samples, size_t n, float *x)
{
    return n ? source->ops->read_x(source->context, samples, n, x) : LS_OK;
}

ls_status ls_source_read_classes(struct ls_source *source, const uint64_t *samples, size_t n,
                                 int64_t *classes)
{
    return n ? source->ops->read_classes(source->context, samples, n, classes) : LS_OK;
}

ls_status ls_source_read_values(struct ls_source *source, const uint64_t *samples, size_t n,
                                float *values)
{
    return n ? source->ops->read_values(source->context, samples, n, values) : LS_OK;
}

void ls_source_close(struct ls_source *source)
{
    if (source->ops)
        source->ops->close(source->context);
    *source = (struct ls_source){0};
}
