#include "launch/import/label_set.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/number.h"

enum { DIGITS = 32 };

void ls_label_set_init(struct ls_label_set *set, struct ls_arena *arena)
{
    set->arena = arena;
    set->len = 0;
    set->all_whole = true;
    set->as_they_are = false;
}

/* One spelling for each whole number; other labels as they stand. */
static const char *canonical(const char *label, char *digits, bool *whole)
{
    double value;
    *whole = ls_number_real(label, &value) && floor(value) == value && fabs(value) < 1e15;
    if (!*whole)
        return label;
    (void)snprintf(digits, DIGITS, "%.0f", value + 0.0); /* + 0.0: no minus before zero */
    return digits;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int by_number(const void *a, const void *b)
{
    double x = 0, y = 0;
    (void)ls_number_real(*(const char *const *)a, &x);
    (void)ls_number_real(*(const char *const *)b, &y);
    return (x > y) - (x < y);
}

ls_status ls_label_set_add(struct ls_label_set *set, const char *label)
{
    char digits[DIGITS];
    bool whole;
    const char *text = canonical(label, digits, &whole);
    set->all_whole = set->all_whole && whole;
    size_t low = 0, high = set->len;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(set->text[middle], text);
        if (order == 0)
            return LS_OK;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (set->len == LS_MAX_LABELS)
        return ls_fail(LS_DATA,
                       "more than %d different labels; --label names the column of labels, "
                       "--task values takes them as numbers",
                       LS_MAX_LABELS);
    const char *copy = ls_arena_strdup(set->arena, text);
    if (!copy)
        return LS_OTHER;
    memmove(&set->text[low + 1], &set->text[low], (set->len - low) * sizeof *set->text);
    set->text[low] = copy;
    set->len++;
    return LS_OK;
}

void ls_label_set_finish(struct ls_label_set *set)
{
    if (!set->all_whole || set->len == 0)
        return;
    qsort(set->text, set->len, sizeof *set->text, by_number);
    double first = -1, last = -1;
    (void)ls_number_real(set->text[0], &first);
    (void)ls_number_real(set->text[set->len - 1], &last);
    set->as_they_are = first == 0 && last == (double)(set->len - 1);
}

size_t ls_label_set_find(const struct ls_label_set *set, const char *label)
{
    char digits[DIGITS];
    bool whole;
    const char *text = canonical(label, digits, &whole);
    const char *const *found = bsearch(&text, set->text, set->len, sizeof *set->text,
                                       set->all_whole ? by_number : by_text);
    LS_ASSERT(found);
    return (size_t)(found - set->text);
}
