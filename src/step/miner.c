#include "src/step/miner.h"

#include <string.h>

/* A key is three words, compared one after another, smaller first: hardness; sample number; place
 * and row. */
enum { HARDNESS, SAMPLE, PLACE_AND_ROW, ROW_BITS = 32, WORD_BITS = 64, DIGIT_BITS = 8 };

_Static_assert(LS_MINER_BINS == 1 << DIGIT_BITS && LS_MINER_WORDS == PLACE_AND_ROW + 1,
               "a bin for every digit, a word for every part of the key");

ls_status ls_miner_init(struct ls_miner *miner, const struct ls_workspace *ws,
                        const struct ls_loss *loss, struct ls_arena *arena)
{
    LS_ASSERT(ws->max_n * (size_t)ws->tree->shards <= UINT32_MAX && loss->k <= UINT32_MAX);
    *miner = (struct ls_miner){.room = ws->max_n * ls_loss_places(loss)};
    miner->examples =
        ls_arena_get(arena, (size_t)ws->shards * miner->room, sizeof *miner->examples);
    return miner->examples ? ls_counts_init(&miner->counts, ws->peers, LS_MINER_BINS, arena)
                           : LS_OTHER;
}

/* Smaller for a larger loss, smallest for a NaN: the bits of a double are in the order of its
 * value, once the sign is seen to. Both zeros are one. */
static uint64_t hardness(double loss)
{
    if (isnan(loss))
        return 0;
    const double value = loss + 0.0;
    const uint64_t sign = (uint64_t)1 << (WORD_BITS - 1);
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits & sign ? bits : ~(bits | sign);
}

/* Example `at` of a shard is `at % places` of sample `at / places`. */
static void key_of(const struct ls_pass *pass, size_t places, int shard, size_t at, uint64_t *key)
{
    const struct ls_miner *const miner = pass->ws->miner;
    const struct ls_batch *const batch = pass->batch;
    const size_t i = at / places, first = (size_t)shard * pass->ws->max_n;
    key[HARDNESS] = hardness(miner->examples[(size_t)shard * miner->room + at].value);
    key[SAMPLE] = batch->samples[first + i];
    key[PLACE_AND_ROW] = (uint64_t)(at % places) << ROW_BITS | (batch->row[shard] + i);
}

/* Whether the example is chosen whatever its loss: a positive one, when negatives are mined. */
static bool is_positive(const struct ls_pass *pass, const struct ls_loss *loss, int shard,
                        size_t at)
{
    if (loss->mine.rule != LS_MINE_NEGATIVES)
        return false;
    const size_t first = (size_t)shard * pass->ws->max_n * ls_loss_places(loss);
    return pass->batch->classes ? pass->batch->classes[first + at] != 0
                                : pass->batch->values[first + at] >= LS_R(0.5);
}

/* Whether word `w` and all before it are those of the cut, above bit `shift` + DIGIT_BITS. */
static bool is_under(const uint64_t *key, const uint64_t *cut, int w, int shift)
{
    for (int before = 0; before < w; before++)
        if (key[before] != cut[before])
            return false;
    const int known = shift + DIGIT_BITS;
    return known == WORD_BITS || (key[w] ^ cut[w]) >> known == 0;
}

/* This rank's candidates by digit, of those that share the digits of the cut so far. */
static void count_digits(const struct ls_pass *pass, const struct ls_loss *loss, int w, int shift,
                         uint64_t *bins)
{
    const struct ls_workspace *const ws = pass->ws;
    const size_t places = ls_loss_places(loss);
    memset(bins, 0, LS_MINER_BINS * sizeof *bins);
    for (int shard = 0; shard < ws->shards; shard++)
        for (size_t at = 0; at < ws->n[shard] * places; at++) {
            uint64_t key[LS_MINER_WORDS];
            key_of(pass, places, shard, at, key);
            if (is_under(key, ws->miner->cut, w, shift) && !is_positive(pass, loss, shard, at))
                bins[key[w] >> shift & (LS_MINER_BINS - 1)]++;
        }
}

/* How many candidates to choose, of all ranks'. */
static uint64_t count_wanted(const struct ls_pass *pass, const struct ls_loss *loss)
{
    const struct ls_workspace *const ws = pass->ws;
    uint64_t counts[2] = {0}; /* negatives, positives */
    for (int shard = 0; shard < ws->shards; shard++)
        for (size_t at = 0; at < ws->n[shard] * ls_loss_places(loss); at++)
            counts[is_positive(pass, loss, shard, at)]++;
    ls_counts_sum(&ws->miner->counts, counts, 2);
    return ls_mine_count(&loss->mine, counts[1], counts[0]);
}

/* Fixes one more digit of the cut; returns whether all that share it are wanted. */
static bool narrow(const struct ls_pass *pass, const struct ls_loss *loss, int w, int shift,
                   uint64_t *wanted)
{
    uint64_t bins[LS_MINER_BINS], digit = 0;
    count_digits(pass, loss, w, shift, bins);
    ls_counts_sum(&pass->ws->miner->counts, bins, LS_MINER_BINS);
    for (; bins[digit] < *wanted; digit++) {
        LS_ASSERT(digit + 1 < LS_MINER_BINS);
        *wanted -= bins[digit];
    }
    pass->ws->miner->cut[w] |= digit << shift;
    return bins[digit] == *wanted;
}

static void find_cut(const struct ls_pass *pass, const struct ls_loss *loss, uint64_t wanted)
{
    uint64_t *const cut = pass->ws->miner->cut;
    memset(cut, 0, LS_MINER_WORDS * sizeof *cut);
    for (int w = 0; w < LS_MINER_WORDS; w++)
        for (int shift = WORD_BITS - DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS)
            if (narrow(pass, loss, w, shift, &wanted)) {
                cut[w] |= ((uint64_t)1 << shift) - 1; /* with whatever follows */
                memset(cut + w + 1, 0xff, (size_t)(LS_MINER_WORDS - 1 - w) * sizeof *cut);
                return;
            }
    LS_ASSERT(!"two examples of a batch have the same key");
}

void ls_miner_choose(const struct ls_pass *pass, const struct ls_loss *loss)
{
    const struct ls_workspace *const ws = pass->ws;
    struct ls_miner *const miner = ws->miner;
    const size_t places = ls_loss_places(loss);
#pragma omp parallel for schedule(static) num_threads(ws->threads)
    for (int shard = 0; shard < ws->shards; shard++)
        for (size_t at = 0; at < ws->n[shard] * places; at++)
            miner->examples[(size_t)shard * miner->room + at] =
                ls_loss_example(loss, at / places, at % places, ls_workspace_output(ws, shard),
                                ls_pass_targets(pass, loss, shard),
                                ls_workspace_dy(ws, ws->model->n_layers - 1, shard));
    const uint64_t wanted = count_wanted(pass, loss);
    miner->none = wanted == 0;
    if (!miner->none)
        find_cut(pass, loss, wanted);
}

static bool is_chosen(const struct ls_pass *pass, const struct ls_loss *loss, int shard, size_t at)
{
    const struct ls_miner *const miner = pass->ws->miner;
    if (is_positive(pass, loss, shard, at))
        return true;
    uint64_t key[LS_MINER_WORDS];
    key_of(pass, ls_loss_places(loss), shard, at, key);
    for (int w = 0; w < LS_MINER_WORDS; w++)
        if (key[w] != miner->cut[w])
            return !miner->none && key[w] < miner->cut[w];
    return !miner->none;
}

static void list_each(const struct ls_pass *pass, const struct ls_loss *loss, int shard,
                      const struct ls_loss_sum *examples, float *each)
{
    const size_t places = ls_loss_places(loss);
    for (size_t i = 0; i < pass->ws->n[shard]; i++) {
        double value = 0;
        for (size_t place = 0; place < places; place++)
            value += examples[i * places + place].value;
        each[i] = ls_loss_alone(loss, i, value, ls_workspace_output(pass->ws, shard),
                                ls_pass_targets(pass, loss, shard));
    }
}

struct ls_loss_sum ls_miner_sum(const struct ls_pass *pass, const struct ls_loss *loss, int shard,
                                float *each)
{
    const struct ls_workspace *const ws = pass->ws;
    const size_t places = ls_loss_places(loss), len = loss->k / places;
    real *const dz = ls_workspace_dy(ws, ws->model->n_layers - 1, shard);
    const struct ls_loss_sum *const examples =
        ws->miner->examples + (size_t)shard * ws->miner->room;
    struct ls_loss_sum sum = {0};
    if (each)
        list_each(pass, loss, shard, examples, each);
    for (size_t at = 0; at < ws->n[shard] * places; at++) {
        if (is_chosen(pass, loss, shard, at)) {
            sum.value += examples[at].value;
            sum.weight += examples[at].weight;
        } else if (dz) {
            memset(dz + at * len, 0, len * sizeof *dz);
        }
    }
    return sum;
}
