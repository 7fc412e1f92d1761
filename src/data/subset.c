#include "src/data/subset.h"

#include <math.h>

#include "src/base/permute.h"
#include "src/base/philox.h"
#include "src/data/labels.h"

enum { WORD = 64, BLOCK = 512, READ = 4096 };

struct ls_subset ls_subset_all(uint64_t total)
{
    return (struct ls_subset){.len = total, .total = total};
}

/* What the split knows of one class: how many samples, how many held out, how many seen. */
struct class_split {
    uint64_t n, held_out, seen;
    struct ls_permutation order;
};

static ls_status mark(struct ls_source *source, struct class_split *classes, uint64_t *bits)
{
    int64_t label[READ] = {0};
    uint64_t sample[READ];
    for (uint64_t begin = 0; begin < source->len; begin += READ) {
        const size_t n = source->len - begin < READ ? (size_t)(source->len - begin) : READ;
        for (size_t i = 0; i < n; i++)
            sample[i] = begin + i;
        if (source->labels_are_classes)
            LS_TRY(ls_source_read_classes(source, sample, n, label));
        for (size_t i = 0; i < n; i++) {
            struct class_split *const c = &classes[label[i]];
            if (ls_permute(&c->order, c->seen++) < c->held_out)
                bits[sample[i] / WORD] |= UINT64_C(1) << sample[i] % WORD;
        }
    }
    return LS_OK;
}

static uint64_t *running_count(const uint64_t *bits, uint64_t total, struct ls_arena *arena)
{
    const uint64_t blocks = total / BLOCK + 1;
    uint64_t *const count = ls_arena_get(arena, blocks + 1, sizeof *count);
    for (uint64_t b = 0; count && b < blocks; b++) {
        count[b + 1] = count[b];
        for (uint64_t w = 0; w < BLOCK / WORD; w++)
            count[b + 1] += (uint64_t)__builtin_popcountll(bits[b * (BLOCK / WORD) + w]);
    }
    return count;
}

ls_status ls_subset_split(struct ls_source *source, double share, uint64_t seed,
                          struct ls_subset *kept, struct ls_subset *held_out,
                          struct ls_arena *arena)
{
    struct ls_class_counts counts = {.len = 1, .n = &source->len};
    if (source->labels_are_classes)
        LS_TRY(ls_class_counts(source, NULL, 0, &counts, arena));
    struct class_split *const classes = ls_arena_get(arena, counts.len, sizeof *classes);
    uint64_t *const bits =
        ls_arena_get(arena, (source->len / BLOCK + 1) * (BLOCK / WORD), sizeof *bits);
    if (!classes || !bits)
        return LS_OTHER;
    uint64_t n_held_out = 0;
    for (size_t c = 0; c < counts.len; c++) {
        classes[c].n = counts.n[c];
        classes[c].held_out = (uint64_t)llround(share * (double)counts.n[c]);
        classes[c].order =
            ls_permutation(counts.n[c], seed, ls_stream(LS_DRAW_SPLIT, (uint32_t)c, 0));
        n_held_out += classes[c].held_out;
    }
    if (n_held_out == 0 || n_held_out == source->len)
        return ls_fail(LS_USAGE,
                       "data.valid: a share of %g of the %llu samples of %s leaves one part empty",
                       share, (unsigned long long)source->len, source->path);
    LS_TRY(mark(source, classes, bits));
    const uint64_t *const count = running_count(bits, source->len, arena);
    if (!count)
        return LS_OTHER;
    *held_out = (struct ls_subset){n_held_out, source->len, bits, count, true};
    *kept = (struct ls_subset){source->len - n_held_out, source->len, bits, count, false};
    return LS_OK;
}

/* Samples of the part before block b. */
static uint64_t before(const struct ls_subset *subset, uint64_t b)
{
    return subset->held_out ? subset->count[b] : b * BLOCK - subset->count[b];
}

uint64_t ls_subset_sample(const struct ls_subset *subset, uint64_t i)
{
    LS_ASSERT(i < subset->len);
    if (!subset->bits)
        return i;
    uint64_t low = 0, high = subset->total / BLOCK + 1; /* before(low) <= i < before(high) */
    while (high - low > 1) {
        const uint64_t middle = (low + high) / 2;
        if (before(subset, middle) <= i)
            low = middle;
        else
            high = middle;
    }
    uint64_t left = i - before(subset, low);
    for (uint64_t sample = low * BLOCK;; sample++) {
        const bool out = subset->bits[sample / WORD] >> sample % WORD & 1;
        if (out == subset->held_out && left-- == 0)
            return sample;
    }
}
