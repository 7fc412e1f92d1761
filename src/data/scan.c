#include "src/data/scan.h"

enum { READ_BYTES = 1 << 22 };

static ls_status scan(struct ls_source *source, bool values, uint64_t begin, uint64_t end)
{
    const size_t len = ls_shape_len(source->shape);
    const size_t widest = len > source->label_len ? len : source->label_len;
    const size_t some =
        widest < READ_BYTES / sizeof(float) ? READ_BYTES / sizeof(float) / widest : 1;
    uint64_t *const samples = ls_alloc(some, sizeof *samples);
    float *const x = ls_alloc(some * widest, sizeof *x);
    ls_status status = samples && x ? LS_OK : LS_OTHER;
    for (uint64_t at = begin; status == LS_OK && at < end; at += some) {
        const size_t n = end - at < some ? (size_t)(end - at) : some;
        for (size_t i = 0; i < n; i++)
            samples[i] = at + i;
        LS_TRY_OUT(ls_source_read_x(source, samples, n, x));
        LS_TRY_OUT(ls_source_check_finite(source, "x", x, len, samples, n));
        if (!values)
            continue;
        LS_TRY_OUT(ls_source_read_values(source, samples, n, x));
        LS_TRY_OUT(ls_source_check_finite(source, "y", x, source->label_len, samples, n));
    }
out:
    ls_free(samples);
    ls_free(x);
    return status;
}

ls_status ls_scan(struct ls_source *source, bool values, const struct ls_peers *peers)
{
    const uint64_t rank = (uint64_t)peers->rank, size = (uint64_t)peers->size;
    return ls_agree(
        peers, scan(source, values, source->len * rank / size, source->len * (rank + 1) / size));
}
