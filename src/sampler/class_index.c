#include "src/sampler/class_index.h"

#include "src/data/labels.h"

enum { WORD = 64, STRIDE = 512, READ = 4096 };

/* Where the parts of one class begin in the words of the index. */
struct column {
    unsigned low_bits;
    size_t low, high, places; /* of low_bits each; in unary; of each STRIDE-th in the unary part */
};

struct index {
    const struct column *columns;
    const uint64_t *words;
};

static size_t words_of(uint64_t bits)
{
    return (size_t)((bits + WORD - 1) / WORD);
}

/* Sizes of all parts, from the counts alone; returns the words of the whole. */
static size_t lay_out(const struct ls_class_counts *counts, uint64_t total, struct column *columns)
{
    size_t words = 0;
    for (size_t c = 0; c < counts->len; c++) {
        const uint64_t n = counts->n[c];
        struct column *const column = &columns[c];
        while (n > 0 && total / n >> column->low_bits > 1)
            column->low_bits++;
        column->low = words;
        column->high = column->low + words_of(n * column->low_bits);
        column->places = column->high + words_of(n + (total >> column->low_bits) + 1);
        words = column->places + (size_t)(n / STRIDE) + 1;
    }
    return words;
}

static void put(const struct column *column, uint64_t *words, uint64_t i, uint64_t sample)
{
    const uint64_t low = sample & ((UINT64_C(1) << column->low_bits) - 1);
    const uint64_t bit = i * column->low_bits, shift = bit % WORD;
    if (column->low_bits > 0) {
        uint64_t *const at = &words[column->low + bit / WORD];
        at[0] |= low << shift;
        if (shift + column->low_bits > WORD)
            at[1] |= low >> (WORD - shift);
    }
    const uint64_t place = (sample >> column->low_bits) + i;
    words[column->high + place / WORD] |= UINT64_C(1) << place % WORD;
    if (i % STRIDE == 0)
        words[column->places + i / STRIDE] = place;
}

static uint64_t get_low(const struct column *column, const uint64_t *words, uint64_t i)
{
    if (column->low_bits == 0)
        return 0;
    const uint64_t bit = i * column->low_bits, shift = bit % WORD;
    const uint64_t *const at = &words[column->low + bit / WORD];
    uint64_t low = at[0] >> shift;
    if (shift + column->low_bits > WORD)
        low |= at[1] << (WORD - shift);
    return low & ((UINT64_C(1) << column->low_bits) - 1);
}

/* Place of the i-th bit that is set, counted on from the nearest one that is known. */
static uint64_t find_place(const struct column *column, const uint64_t *words, uint64_t i)
{
    const uint64_t known = words[column->places + i / STRIDE];
    const uint64_t *const high = &words[column->high];
    uint64_t left = i % STRIDE, w = known / WORD;
    uint64_t word = high[w] & ~UINT64_C(0) << known % WORD;
    for (uint64_t n; (n = (uint64_t)__builtin_popcountll(word)) <= left; word = high[++w])
        left -= n;
    for (; left > 0; left--)
        word &= word - 1;
    return w * WORD + (uint64_t)__builtin_ctzll(word);
}

static uint64_t get(const void *context, size_t class, uint64_t i)
{
    const struct index *const index = context;
    const struct column *const column = &index->columns[class];
    const uint64_t high = find_place(column, index->words, i) - i;
    return high << column->low_bits | get_low(column, index->words, i);
}

struct samples {
    struct ls_source *source;
    ls_source_read_whole *read;
    const struct ls_subset *subset;
};

/* seen  (classes) zero */
static ls_status fill(const struct samples *s, const struct column *columns, uint64_t *words,
                      uint64_t *seen)
{
    int64_t class[READ];
    uint64_t sample[READ];
    for (uint64_t begin = 0; begin < s->subset->len; begin += READ) {
        const size_t n = s->subset->len - begin < READ ? (size_t)(s->subset->len - begin) : READ;
        for (size_t i = 0; i < n; i++)
            sample[i] = ls_subset_sample(s->subset, begin + i);
        LS_TRY(s->read(s->source, sample, n, class));
        for (size_t i = 0; i < n; i++)
            put(&columns[class[i]], words, seen[class[i]]++, sample[i]);
    }
    return LS_OK;
}

/* One rank of the node writes for all; where they share no memory, each for itself. */
static ls_status build(const struct samples *samples, const struct column *columns, size_t classes,
                       size_t len, const struct ls_peers *peers, struct ls_arena *arena,
                       uint64_t **words)
{
    void *shared = NULL;
    const bool alone = ls_share(peers, len * sizeof **words, arena, &shared) != LS_OK;
    *words = alone ? ls_arena_get(arena, len, sizeof **words) : shared;
    uint64_t *const seen = ls_alloc(classes, sizeof *seen);
    ls_status status = *words && seen ? LS_OK : LS_OTHER;
    if (status == LS_OK && (alone || peers->node_rank == 0))
        status = fill(samples, columns, *words, seen);
    ls_free(seen);
    status = ls_agree(peers, status);
    ls_meet(peers);
    return status;
}

ls_status ls_class_index(struct ls_classes *classes, struct ls_source *source,
                         ls_source_read_whole *read, const struct ls_subset *subset,
                         const struct ls_peers *peers, struct ls_arena *arena, size_t *bytes)
{
    struct ls_class_counts counts;
    LS_TRY(ls_agree(peers, ls_class_counts_of(source, read, subset, 0, &counts, arena)));
    struct index *const index = ls_arena_get(arena, 1, sizeof *index);
    struct column *const columns = ls_arena_get(arena, counts.len, sizeof *columns);
    LS_TRY(ls_agree(peers, index && columns ? LS_OK : LS_OTHER));
    const size_t len = lay_out(&counts, source->len, columns);
    uint64_t *words = NULL;
    const struct samples samples = {source, read, subset};
    LS_TRY(build(&samples, columns, counts.len, len, peers, arena, &words));
    *index = (struct index){columns, words};
    *classes = (struct ls_classes){counts.len, counts.n, get, index};
    *bytes = len * sizeof *words;
    return LS_OK;
}
