#include "src/data/labels.h"

#include <string.h>

#include "src/data/subset.h"

enum { READ = 4096, MAX_CLASSES = 1 << 20 };

ls_status ls_label_fail(const struct ls_source *source, uint64_t sample, int64_t label, size_t k)
{
    return ls_fail(LS_DATA, "%s: the label of sample %llu is %lld, expected 0 to %zu", source->path,
                   (unsigned long long)sample, (long long)label, k - 1);
}

/* Counts that grow with the largest class. */
struct table {
    uint64_t *n;
    size_t len, room;
};

static ls_status count(struct table *table, size_t c)
{
    if (c >= table->room) {
        uint64_t *const grown = ls_realloc(table->n, table->room, 2 * c + 1, sizeof *grown);
        if (!grown)
            return LS_OTHER;
        table->n = grown;
        table->room = 2 * c + 1;
    }
    table->len = c >= table->len ? c + 1 : table->len;
    table->n[c]++;
    return LS_OK;
}

static ls_status count_all(struct ls_source *source, ls_source_read_whole *read,
                           const struct ls_subset *subset, size_t limit, struct table *table)
{
    int64_t label[READ];
    uint64_t sample[READ];
    for (uint64_t begin = 0; begin < subset->len; begin += READ) {
        const size_t n = subset->len - begin < READ ? (size_t)(subset->len - begin) : READ;
        for (size_t i = 0; i < n; i++)
            sample[i] = ls_subset_sample(subset, begin + i);
        LS_TRY(read(source, sample, n, label));
        for (size_t i = 0; i < n; i++) {
            if (label[i] < 0 || label[i] >= (int64_t)limit)
                return ls_label_fail(source, sample[i], label[i], limit);
            LS_TRY(count(table, (size_t)label[i]));
        }
    }
    return LS_OK;
}

ls_status ls_class_counts_of(struct ls_source *source, ls_source_read_whole *read,
                             const struct ls_subset *subset, size_t k,
                             struct ls_class_counts *counts, struct ls_arena *arena)
{
    const struct ls_subset all = ls_subset_all(source->len);
    struct table table = {.len = k, .room = k};
    table.n = ls_alloc(k, sizeof *table.n);
    ls_status status = table.n ? LS_OK : LS_OTHER;
    LS_TRY_OUT(status);
    LS_TRY_OUT(count_all(source, read, subset ? subset : &all, k ? k : MAX_CLASSES, &table));
    uint64_t *const kept = ls_arena_get(arena, table.len, sizeof *kept);
    LS_TRY_OUT(kept ? LS_OK : LS_OTHER);
    memcpy(kept, table.n, table.len * sizeof *kept);
    *counts = (struct ls_class_counts){table.len, kept};
out:
    ls_free(table.n);
    return status;
}

ls_status ls_class_counts(struct ls_source *source, const struct ls_subset *subset, size_t k,
                          struct ls_class_counts *counts, struct ls_arena *arena)
{
    return ls_class_counts_of(source, ls_source_read_classes, subset, k, counts, arena);
}
