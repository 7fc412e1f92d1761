#include "src/data/labels.h"

#include "src/data/subset.h"

enum { READ = 4096, MAX_CLASSES = 1 << 20 };

ls_status ls_label_fail(const struct ls_source *source, uint64_t sample, int64_t label, size_t k)
{
    return ls_fail(LS_DATA, "%s: the label of sample %llu is %lld, expected 0 to %zu", source->path,
                   (unsigned long long)sample, (long long)label, k - 1);
}

ls_status ls_class_counts(struct ls_source *source, const struct ls_subset *subset, size_t k,
                          struct ls_class_counts *counts, struct ls_arena *arena)
{
    const struct ls_subset all = ls_subset_all(source->len);
    if (!subset)
        subset = &all;
    const size_t limit = k ? k : MAX_CLASSES;
    size_t len = k, room = k ? k : 16;
    uint64_t *n = ls_alloc(room, sizeof *n);
    ls_status status = n ? LS_OK : LS_OTHER;
    int64_t label[READ];
    uint64_t sample[READ];
    for (uint64_t begin = 0; status == LS_OK && begin < subset->len; begin += READ) {
        const size_t some = subset->len - begin < READ ? (size_t)(subset->len - begin) : READ;
        for (size_t i = 0; i < some; i++)
            sample[i] = ls_subset_sample(subset, begin + i);
        LS_TRY_OUT(ls_source_read_classes(source, sample, some, label));
        for (size_t i = 0; i < some; i++) {
            if (label[i] < 0 || label[i] >= (int64_t)limit) {
                status = ls_label_fail(source, sample[i], label[i], limit);
                goto out;
            }
            const size_t c = (size_t)label[i];
            if (c >= room) {
                uint64_t *const grown = ls_realloc(n, room, 2 * c, sizeof *n);
                if (!grown) {
                    status = LS_OTHER;
                    goto out;
                }
                n = grown;
                room = 2 * c;
            }
            if (c >= len)
                len = c + 1;
            n[c]++;
        }
    }
    uint64_t *const kept = status == LS_OK ? ls_arena_get(arena, len, sizeof *kept) : NULL;
    if (!kept) {
        status = status ? status : LS_OTHER;
        goto out;
    }
    for (size_t c = 0; c < len; c++)
        kept[c] = n[c];
    *counts = (struct ls_class_counts){len, kept};
out:
    ls_free(n);
    return status;
}
