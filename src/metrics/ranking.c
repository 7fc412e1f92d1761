#include "src/metrics/ranking.h"

#include <math.h>
#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 3, VALUES = 1 << DIGIT_BITS };
/* above all keys of probabilities, whose bits end at those of 1.0 */
static const uint32_t not_a_number = UINT32_MAX - 1;

uint32_t ls_rank_key(float score, bool positive)
{
    uint32_t bits = 0;
    if (isnan(score))
        return not_a_number | positive;
    memcpy(&bits, &score, sizeof bits);
    return bits << 1 | positive;
}

static size_t digit(uint32_t key, int place)
{
    return key >> (DIGIT_BITS * place) & (VALUES - 1);
}

/* Radix sort, the lowest digit first; returns which of the two holds the sorted keys. */
static uint32_t *sort(size_t n, uint32_t *keys, uint32_t *spare)
{
    size_t starts[DIGITS][VALUES] = {{0}};
    for (size_t i = 0; i < n; i++)
        for (int place = 0; place < DIGITS; place++)
            starts[place][digit(keys[i], place)]++;
    for (int place = 0; place < DIGITS; place++) {
        size_t start = 0;
        for (size_t value = 0; value < VALUES; value++) {
            const size_t len = starts[place][value];
            starts[place][value] = start;
            start += len;
        }
        for (size_t i = 0; i < n; i++)
            spare[starts[place][digit(keys[i], place)]++] = keys[i];
        uint32_t *const sorted = spare;
        spare = keys;
        keys = sorted;
    }
    return keys;
}

/* Both figures from the highest score down; samples of equal score are one threshold. `pairs`
 * counts a pair in the right order twice and a tie once. */
static void walk(size_t n, const uint32_t *sorted, struct ls_ranking *ranking)
{
    uint64_t found = 0, passed = 0, pairs = 0; /* positives and negatives so far */
    double area = 0;
    for (size_t end = n; end > 0;) {
        const uint32_t score = sorted[end - 1] >> 1;
        uint64_t positives = 0, negatives = 0;
        for (; end > 0 && sorted[end - 1] >> 1 == score; end--) {
            positives += sorted[end - 1] & 1;
            negatives += !(sorted[end - 1] & 1);
        }
        pairs += negatives * (2 * found + positives);
        found += positives;
        passed += negatives;
        area += (double)positives * ((double)found / (double)(found + passed));
    }
    ranking->auroc = (double)pairs / (2 * (double)found * (double)passed);
    ranking->average_precision = area / (double)found;
}

struct ls_ranking ls_rank(size_t n, uint32_t *restrict keys, uint32_t *restrict spare)
{
    struct ls_ranking ranking = {.auroc = (double)NAN, .average_precision = (double)NAN};
    for (size_t i = 0; i < n; i++) {
        ranking.positives += keys[i] & 1;
        ranking.is_spoilt = ranking.is_spoilt || keys[i] >= not_a_number;
    }
    ranking.negatives = n - ranking.positives;
    if (!ranking.is_spoilt)
        walk(n, sort(n, keys, spare), &ranking);
    return ranking;
}
