#include "src/engine/engine.h"

#include <string.h>

#define LS_ENGINE(name) &ls_engine_##name,
static const struct ls_engine_ops *const engines[] = {
#include "src/engine/engines.def"
    NULL};
#undef LS_ENGINE

#define LS_ENGINE(name) #name,
static const char *const names[] = {
#include "src/engine/engines.def"
    NULL};
#undef LS_ENGINE

const struct ls_engine_ops *ls_engine_find(const char *name)
{
    if (!name)
        return engines[0];
    for (const struct ls_engine_ops *const *engine = engines; *engine; engine++)
        if (strcmp((*engine)->name, name) == 0)
            return *engine;
    return NULL;
}

const char *const *ls_engine_names(void)
{
    return names;
}

enum { COLUMNS = 64 };

/* Up to COLUMNS columns at a time in double, so that long sums keep their digits. */
static void sum_columns(size_t rows, size_t k, size_t width, const real *restrict dy,
                        real *restrict db)
{
    double sum[COLUMNS] = {0};
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < width; i++)
            sum[i] += (double)dy[row * k + i];
    for (size_t i = 0; i < width; i++)
        db[i] = LS_R(sum[i]);
}

void ls_sum_rows(size_t rows, size_t k, const real *restrict dy, real *restrict db)
{
    for (size_t first = 0; first < k; first += COLUMNS)
        sum_columns(rows, k, k - first < COLUMNS ? k - first : COLUMNS, dy + first, db + first);
}
