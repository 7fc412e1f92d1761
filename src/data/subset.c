#include "src/data/subset.h"

#include <math.h>
#include <string.h>

#include "src/base/permute.h"
#include "src/base/philox.h"
#include "src/data/labels.h"

enum { WORD = 64, BLOCK = 512, READ = 4096 };

struct ls_subset ls_subset_all(uint64_t total)
{
    return (struct ls_subset){.len = total, .total = total};
}

/* How many samples of one class are to be left out, how many of the class were seen. */
struct class_split {
    uint64_t left_out, seen;
    struct ls_permutation order;
};

static struct class_split class_split(uint64_t n, uint64_t left_out, uint64_t seed,
                                      enum ls_purpose purpose, size_t c)
{
    return (struct class_split){
        .left_out = left_out, .order = ls_permutation(n, seed, ls_stream(purpose, (uint32_t)c, 0))};
}

/* Sets the bits of the samples of `within` that are left out. */
static ls_status mark(struct ls_source *source, const struct ls_subset *within,
                      struct class_split *classes, uint64_t *bits)
{
    int64_t label[READ] = {0};
    uint64_t sample[READ];
    for (uint64_t begin = 0; begin < within->len; begin += READ) {
        const size_t n = within->len - begin < READ ? (size_t)(within->len - begin) : READ;
        for (size_t i = 0; i < n; i++)
            sample[i] = ls_subset_sample(within, begin + i);
        if (source->labels_are_classes)
            LS_TRY(ls_source_read_classes(source, sample, n, label));
        for (size_t i = 0; i < n; i++) {
            struct class_split *const c = &classes[label[i]];
            if (ls_permute(&c->order, c->seen++) < c->left_out)
                bits[sample[i] / WORD] |= UINT64_C(1) << sample[i] % WORD;
        }
    }
    return LS_OK;
}

static size_t words(uint64_t total)
{
    return (size_t)(total / BLOCK + 1) * (BLOCK / WORD);
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
    const struct ls_subset all = ls_subset_all(source->len);
    struct class_split *const classes = ls_arena_get(arena, counts.len, sizeof *classes);
    uint64_t *const bits = ls_arena_get(arena, words(source->len), sizeof *bits);
    if (!classes || !bits)
        return LS_OTHER;
    uint64_t n_held_out = 0;
    for (size_t c = 0; c < counts.len; c++) {
        const uint64_t out = (uint64_t)llround(share * (double)counts.n[c]);
        classes[c] = class_split(counts.n[c], out, seed, LS_DRAW_SPLIT, c);
        n_held_out += out;
    }
    if (n_held_out == 0 || n_held_out == source->len)
        return ls_fail(LS_USAGE,
                       "data.valid: a share of %g of the %llu samples of %s leaves one part empty",
                       share, (unsigned long long)source->len, source->path);
    LS_TRY(mark(source, &all, classes, bits));
    const uint64_t *const count = running_count(bits, source->len, arena);
    if (!count)
        return LS_OTHER;
    *held_out = (struct ls_subset){n_held_out, source->len, bits, count, true};
    *kept = (struct ls_subset){source->len - n_held_out, source->len, bits, count, false};
    return LS_OK;
}

/* Samples that class c of a long tail keeps of its n. */
static uint64_t tail_len(uint64_t n, uint64_t most, double factor, size_t c, size_t classes)
{
    const double x = classes > 1 ? (double)c / (double)(classes - 1) : 0;
    const uint64_t wanted = (uint64_t)llround((double)most * pow(factor, -x));
    const uint64_t kept = wanted > 0 ? wanted : 1;
    return kept < n ? kept : n;
}

ls_status ls_subset_long_tail(struct ls_source *source, double factor, uint64_t seed,
                              struct ls_subset *kept, struct ls_arena *arena)
{
    LS_ASSERT(!kept->held_out && factor >= 1);
    if (!source->labels_are_classes)
        return ls_fail(LS_USAGE, "data.long_tail: the labels of %s are no classes", source->path);
    struct ls_class_counts counts;
    LS_TRY(ls_class_counts(source, kept, 0, &counts, arena));
    struct class_split *const classes = ls_arena_get(arena, counts.len, sizeof *classes);
    uint64_t *const bits = ls_arena_get(arena, words(source->len), sizeof *bits);
    if (!classes || !bits)
        return LS_OTHER;
    uint64_t most = 0, len = 0;
    for (size_t c = 0; c < counts.len; c++)
        most = counts.n[c] > most ? counts.n[c] : most;
    for (size_t c = 0; c < counts.len; c++) {
        const uint64_t n = tail_len(counts.n[c], most, factor, c, counts.len);
        classes[c] = class_split(counts.n[c], counts.n[c] - n, seed, LS_DRAW_TAIL, c);
        len += n;
    }
    if (kept->bits)
        memcpy(bits, kept->bits, words(source->len) * sizeof *bits);
    LS_TRY(mark(source, kept, classes, bits));
    const uint64_t *const count = running_count(bits, source->len, arena);
    if (!count)
        return LS_OTHER;
    *kept = (struct ls_subset){len, source->len, bits, count, false};
    return LS_OK;
}

bool ls_subset_has(const struct ls_subset *subset, uint64_t sample)
{
    LS_ASSERT(sample < subset->total);
    const bool out = subset->bits && (subset->bits[sample / WORD] >> sample % WORD & 1);
    return out == (subset->bits && subset->held_out);
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
