#include "src/examine/cause.h"

#include <stdarg.h>
#include <stdlib.h>

#define LS_CAUSE(name) extern const struct ls_cause ls_cause_##name;
#include "src/examine/causes.def"
#undef LS_CAUSE

#define LS_CAUSE(name) &ls_cause_##name,
const struct ls_cause *const ls_causes[] = {
#include "src/examine/causes.def"
    NULL};
#undef LS_CAUSE

enum { BEFORE = 8 }; /* steps whose median is what was usual */
static const double far_above = 10;

bool ls_cause_says(char *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, LS_CAUSE_TEXT, format, args);
    va_end(args);
    return true;
}

const char *ls_place_text(struct ls_shape s, uint64_t element, char *text)
{
    const unsigned long long e = element, area = s.h * s.w, w = s.w;
    if (s.axes == 1)
        (void)snprintf(text, LS_SHAPE_TEXT, "(%llu)", e);
    else if (s.axes == 2)
        (void)snprintf(text, LS_SHAPE_TEXT, "(%llu, %llu)", e / w, e % w);
    else
        (void)snprintf(text, LS_SHAPE_TEXT, "(%llu, %llu, %llu)", e / area, e % area / w, e % w);
    return text;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, ascending);
    return n > 0 ? values[n / 2] : (double)NAN;
}

/* What a step has: the gradient's norm, of one layer or of all (-1). */
static double norm_at(const struct ls_history *h, size_t row, int layer)
{
    return layer < 0 ? ls_history_row(h, row)->grad_norm : ls_history_gradients(h, row)[layer];
}

/* Over the steps before `row`. */
static double usual_norm(const struct ls_history *h, size_t row, int layer)
{
    double values[BEFORE];
    size_t n = 0;
    for (size_t i = row > BEFORE ? row - BEFORE : 0; i < row; i++)
        if (isfinite(norm_at(h, i, layer)))
            values[n++] = norm_at(h, i, layer);
    return median(values, n);
}

static double usual_loss(const struct ls_history *h, size_t row)
{
    double values[BEFORE];
    size_t n = 0;
    for (size_t i = row > BEFORE ? row - BEFORE : 0; i < row; i++)
        if (isfinite(ls_history_row(h, i)->loss))
            values[n++] = fabs(ls_history_row(h, i)->loss);
    return median(values, n);
}

static bool is_far_above(double value, double usual)
{
    return !(value <= far_above * usual);
}

/* Whether from this row on all steps are far above those before it. */
static bool breaks_at(const struct ls_history *h, size_t row)
{
    const double norm = usual_norm(h, row, -1), loss = usual_loss(h, row);
    for (size_t i = row; i < h->len; i++)
        if (!is_far_above(norm_at(h, i, -1), norm) &&
            !is_far_above(ls_history_row(h, i)->loss, loss))
            return false;
    return true;
}

static void find_layer(const struct ls_history *h, struct ls_onset *onset)
{
    double most = 0;
    onset->layer = -1;
    for (int l = (int)h->layers - 1; l >= 0; l--) {
        const double before = usual_norm(h, onset->row, l), after = norm_at(h, onset->row, l);
        const double growth = isfinite(after) ? after / before : (double)INFINITY;
        if (!(before > 0) || !(growth > most))
            continue;
        most = growth;
        onset->layer = l;
        onset->layer_before = before;
        onset->layer_after = after;
    }
}

struct ls_onset ls_onset_find(const struct ls_history *history)
{
    struct ls_onset onset = {.layer = -1};
    for (size_t row = 1; row < history->len && !onset.known; row++)
        if (breaks_at(history, row))
            onset = (struct ls_onset){
                .known = true, .row = row, .before = usual_norm(history, row, -1), .layer = -1};
    if (onset.known)
        find_layer(history, &onset);
    return onset;
}
