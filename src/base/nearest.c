/* The nearest of some names, for "did you mean": optimal string alignment distance, in which a
 * swap of two neighbours counts as one slip. */
#include <ctype.h>
#include <string.h>

#include "src/base/node.h"

enum { MAX_LEN = 48 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int lower(char c)
{
    return tolower((unsigned char)c);
}

static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][MAX_LEN + 1]; /* the row at hand and the two before it */
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *twice_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            const int here = lower(a[i - 1]), there = lower(b[j - 1]);
            row[j] = least(above[j - 1] + (here != there), least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && here == lower(b[j - 2]) && there == lower(a[i - 2]))
                row[j] = least(row[j], twice_above[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

const char *ls_nearest(const char *name, const char *const *names)
{
    const size_t len = strlen(name);
    if (len == 0 || len > MAX_LEN)
        return NULL;
    const char *best = NULL;
    size_t best_distance = len / 3 + 2; /* this many slips are too many */
    for (; *names; names++) {
        const size_t other_len = strlen(*names);
        if (other_len > MAX_LEN)
            continue;
        const size_t slips = distance(name, len, *names, other_len);
        if (slips < best_distance && slips < (len > other_len ? len : other_len)) {
            best = *names;
            best_distance = slips;
        }
    }
    return best;
}
